"""The market: posts, matches, and what was thought of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020_market"
down_revision = "0019_custody_products"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "market_posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("side", sa.String(length=5), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rights", json, nullable=False),
        sa.Column("classes", json, nullable=False),
        sa.Column("modes", json, nullable=False),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("regions", json, nullable=False),
        sa.Column("region_is_must", sa.Boolean(), nullable=False),
        sa.Column("right_kinds", json, nullable=False),
        sa.Column("right_state", sa.String(length=12), nullable=True),
        sa.Column("is_anonymous", sa.Boolean(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("review_note", sa.String(length=300), nullable=True),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("published_at", moment, nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_market_posts_user_id_users")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_market_posts_company_id_companies")),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["staff.id"], name=op.f("fk_market_posts_reviewed_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_posts")),
        sa.UniqueConstraint("public_id", name=op.f("uq_market_posts_public_id")),
    )
    op.create_index("ix_market_posts_user_id", "market_posts", ["user_id"])
    op.create_index("ix_market_posts_state_until", "market_posts", ["state", "until"])
    op.create_index("ix_market_posts_changed_at", "market_posts", ["changed_at"])
    op.create_table(
        "market_matches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reasons", json, nullable=False),
        sa.Column("to_talk", json, nullable=False),
        sa.Column("missing", json, nullable=False),
        sa.Column("found_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["market_posts.id"], name=op.f("fk_market_matches_need_id_market_posts")),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["market_posts.id"], name=op.f("fk_market_matches_offer_id_market_posts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_matches")),
        sa.UniqueConstraint("public_id", name=op.f("uq_market_matches_public_id")),
        sa.UniqueConstraint("need_id", "offer_id", name=op.f("uq_market_matches_need_id_offer_id")),
    )
    op.create_index("ix_market_matches_offer_id", "market_matches", ["offer_id"])
    op.create_index("ix_market_matches_found_at", "market_matches", ["found_at"])
    op.create_table(
        "market_feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=5), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("given_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["match_id"], ["market_matches.id"], name=op.f("fk_market_feedback_match_id_market_matches")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_feedback")),
        sa.UniqueConstraint("match_id", "side", name=op.f("uq_market_feedback_match_id_side")),
    )


def downgrade() -> None:
    op.drop_table("market_feedback")
    op.drop_table("market_matches")
    op.drop_table("market_posts")
