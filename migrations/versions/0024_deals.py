"""Deals of the market: parties, offers, payments, history; requests for quotations; messages about a deal."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024_deals"
down_revision = "0023_market_posts"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "quote_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_quote_requests_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_requests")),
        sa.UniqueConstraint("public_id", name=op.f("uq_quote_requests_public_id")),
    )
    op.create_index("ix_quote_requests_user_id", "quote_requests", ["user_id"])
    _deals()
    _parts()
    op.add_column("messages", sa.Column("deal_id", sa.Integer(), nullable=True))
    op.create_index("ix_messages_deal_id", "messages", ["deal_id"])


def _deals() -> None:
    op.create_table(
        "deals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_by", sa.String(length=5), nullable=False),
        sa.Column("offer_post_id", sa.Integer(), nullable=True),
        sa.Column("need_post_id", sa.Integer(), nullable=True),
        sa.Column("quote_request_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("opening", sa.String(length=300), nullable=False),
        sa.Column("rights", JSON, nullable=False),
        sa.Column("region", sa.String(length=60), nullable=True),
        sa.Column("mode", sa.String(length=20), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("split", JSON, nullable=False),
        sa.Column("checks", JSON, nullable=False),
        sa.Column("broker_id", sa.Integer(), nullable=True),
        sa.Column("promised_at", MOMENT, nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("register_by", sa.Date(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("registration_number", sa.String(length=60), nullable=True),
        sa.Column("end_reason", sa.String(length=20), nullable=True),
        sa.Column("next_notice_on", sa.Date(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("state_since", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer_post_id"], ["market_posts.id"], name=op.f("fk_deals_offer_post_id_market_posts")
        ),
        sa.ForeignKeyConstraint(["need_post_id"], ["market_posts.id"], name=op.f("fk_deals_need_post_id_market_posts")),
        sa.ForeignKeyConstraint(
            ["quote_request_id"], ["quote_requests.id"], name=op.f("fk_deals_quote_request_id_quote_requests")
        ),
        sa.ForeignKeyConstraint(["broker_id"], ["staff.id"], name=op.f("fk_deals_broker_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deals")),
        sa.UniqueConstraint("number", name=op.f("uq_deals_number")),
    )
    for name in ("offer_post_id", "need_post_id", "quote_request_id", "next_notice_on"):
        op.create_index(f"ix_deals_{name}", "deals", [name])
    op.create_index("ix_deals_state_broker_id", "deals", ["state", "broker_id"])


def _parts() -> None:
    op.create_table(
        "deal_parties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=5), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("consented_at", MOMENT, nullable=True),
        sa.Column("contact_name", sa.String(length=40), nullable=True),
        sa.Column("contact_phone", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_deal_parties_deal_id_deals")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_deal_parties_user_id_users")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_deal_parties_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_parties")),
        sa.UniqueConstraint("deal_id", "side", name=op.f("uq_deal_parties_deal_id_side")),
    )
    op.create_index("ix_deal_parties_user_id", "deal_parties", ["user_id"])
    op.create_table(
        "deal_offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=5), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("split", JSON, nullable=False),
        sa.Column("is_split_even", sa.Boolean(), nullable=False),
        sa.Column("terms", sa.String(length=500), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_deal_offers_deal_id_deals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_offers")),
        sa.UniqueConstraint("deal_id", "number", name=op.f("uq_deal_offers_deal_id_number")),
    )
    op.create_table(
        "deal_payments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("paid_said_at", MOMENT, nullable=True),
        sa.Column("received_said_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_deal_payments_deal_id_deals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_payments")),
        sa.UniqueConstraint("deal_id", "number", name=op.f("uq_deal_payments_deal_id_number")),
    )
    op.create_table(
        "deal_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("side", sa.String(length=5), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("details", JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_deal_events_deal_id_deals")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_deal_events_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_events")),
    )
    op.create_index("ix_deal_events_deal_id", "deal_events", ["deal_id"])


def downgrade() -> None:
    op.drop_index("ix_messages_deal_id", table_name="messages")
    with op.batch_alter_table("messages") as batch:
        batch.drop_column("deal_id")
    for name in ("deal_events", "deal_payments", "deal_offers", "deal_parties", "deals", "quote_requests"):
        op.drop_table(name)
