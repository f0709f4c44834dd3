"""Whether a deal is in a technology without a patent, what an offer of shares says besides its price, and the standard
terms of a quick licence."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035_trade_terms"
down_revision = "0034_custody_set_aside"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deals", sa.Column("is_technology", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("deal_offers", sa.Column("share_bp", sa.Integer(), nullable=True))
    op.add_column("deal_offers", sa.Column("valuation", sa.String(12), nullable=True))
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("market_posts", sa.Column("quick_terms", json, nullable=True))


def downgrade() -> None:
    op.drop_column("market_posts", "quick_terms")
    op.drop_column("deal_offers", "valuation")
    op.drop_column("deal_offers", "share_bp")
    op.drop_column("deals", "is_technology")
