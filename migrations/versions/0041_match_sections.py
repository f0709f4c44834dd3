"""Figures of matches and posts are counted by week and field out of indexes alone."""

import sqlalchemy as sa
from alembic import op

revision = "0041_match_sections"
down_revision = "0040_benefit_plans"
branch_labels = None
depends_on = None

MATCHES, POSTS = "market_matches", "market_posts"


def upgrade() -> None:
    for table in (POSTS, MATCHES):
        op.add_column(table, sa.Column("section", sa.String(1), nullable=True))
    # ["G01M 13/045"]: the letter is the third character, of an empty list there is none.
    op.execute(f"UPDATE {POSTS} SET section = nullif(substr(CAST(classes AS TEXT), 3, 1), '')")
    op.execute(f"UPDATE {MATCHES} SET section = (SELECT section FROM {POSTS} WHERE {POSTS}.id = {MATCHES}.offer_id)")
    op.create_index("ix_market_posts_published_at", POSTS, ["published_at", "section"])
    op.drop_index("ix_market_posts_state_until", POSTS)
    op.create_index("ix_market_posts_state_until", POSTS, ["state", "until", "side"])
    op.drop_index("ix_market_matches_offer_id", MATCHES)
    op.create_index("ix_market_matches_offer_id", MATCHES, ["offer_id", "found_at"])
    op.drop_index("ix_market_matches_found_at", MATCHES)
    op.create_index("ix_market_matches_found_at", MATCHES, ["found_at", "section", "need_told", "offer_told"])


def downgrade() -> None:
    op.drop_index("ix_market_matches_found_at", MATCHES)
    op.create_index("ix_market_matches_found_at", MATCHES, ["found_at"])
    op.drop_index("ix_market_matches_offer_id", MATCHES)
    op.create_index("ix_market_matches_offer_id", MATCHES, ["offer_id"])
    op.drop_index("ix_market_posts_state_until", POSTS)
    op.create_index("ix_market_posts_state_until", POSTS, ["state", "until"])
    op.drop_index("ix_market_posts_published_at", POSTS)
    for table in (MATCHES, POSTS):
        op.drop_column(table, "section")
