"""Posts are looked up by company too: nobody is matched with a post of their own firm."""

from alembic import op

revision = "0022_market_company"
down_revision = "0021_shown_services"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_market_posts_company_id", "market_posts", ["company_id"])


def downgrade() -> None:
    op.drop_index("ix_market_posts_company_id", "market_posts")
