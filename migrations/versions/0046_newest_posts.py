"""The board's posts in the order in which it shows them, where nobody asks for words."""

from alembic import op

revision = "0046_newest_posts"
down_revision = "0045_market_words"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_market_posts_state_published_at", "market_posts", ["state", "published_at"])


def downgrade() -> None:
    op.drop_index("ix_market_posts_state_published_at", "market_posts")
