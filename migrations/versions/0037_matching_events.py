"""Days on which owners of posts meet at tables."""

import sqlalchemy as sa
from alembic import op

revision = "0037_matching_events"
down_revision = "0036_told_before"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "matching_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("tables", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["staff.id"], name=op.f("fk_matching_events_created_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_events")),
        sa.UniqueConstraint("public_id", name=op.f("uq_matching_events_public_id")),
    )
    op.create_index("ix_matching_events_state_starts_at", "matching_events", ["state", "starts_at"])
    op.create_table(
        "event_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["matching_events.id"], name=op.f("fk_event_entries_event_id_matching_events")
        ),
        sa.ForeignKeyConstraint(["post_id"], ["market_posts.id"], name=op.f("fk_event_entries_post_id_market_posts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_entries")),
        sa.UniqueConstraint("event_id", "post_id", name=op.f("uq_event_entries_event_id_post_id")),
    )
    op.create_index(op.f("ix_event_entries_post_id"), "event_entries", ["post_id"])
    op.create_table(
        "event_meetings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("table", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["matching_events.id"], name=op.f("fk_event_meetings_event_id_matching_events")
        ),
        sa.ForeignKeyConstraint(["need_id"], ["market_posts.id"], name=op.f("fk_event_meetings_need_id_market_posts")),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["market_posts.id"], name=op.f("fk_event_meetings_offer_id_market_posts")
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_event_meetings_deal_id_deals")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["staff.id"], name=op.f("fk_event_meetings_decided_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_meetings")),
        sa.UniqueConstraint(
            "event_id", "need_id", "offer_id", name=op.f("uq_event_meetings_event_id_need_id_offer_id")
        ),
        sa.UniqueConstraint("event_id", "slot", "table", name=op.f("uq_event_meetings_event_id_slot_table")),
    )
    for column in ("need_id", "offer_id", "deal_id"):
        op.create_index(op.f(f"ix_event_meetings_{column}"), "event_meetings", [column])


def downgrade() -> None:
    op.drop_table("event_meetings")
    op.drop_table("event_entries")
    op.drop_table("matching_events")
