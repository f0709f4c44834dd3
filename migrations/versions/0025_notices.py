"""Notices by topic: grants, templates, preferences, mailings, and what became of each channel."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025_notices"
down_revision = "0024_deals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("wechat_identities", sa.Column("blocked_at", moment, nullable=True))
    with op.batch_alter_table("deliveries") as batch:
        batch.add_column(sa.Column("via_identity_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("template_id", sa.String(length=64), nullable=True))
        batch.add_column(sa.Column("wechat_msg_id", sa.String(length=32), nullable=True))
        batch.add_column(sa.Column("tried", json, nullable=True))
        batch.add_column(sa.Column("retry_at", moment, nullable=True))
        batch.create_foreign_key(
            op.f("fk_deliveries_via_identity_id_wechat_identities"), "wechat_identities", ["via_identity_id"], ["id"]
        )
    op.create_index("ix_deliveries_wechat_msg_id", "deliveries", ["wechat_msg_id"])
    op.create_table(
        "subscription_grants",
        sa.Column("identity_id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("confirmed_count", sa.Integer(), nullable=False),
        sa.Column("reported_count", sa.Integer(), nullable=False),
        sa.Column("used_count", sa.Integer(), nullable=False),
        sa.Column("zeroed_count", sa.Integer(), nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["wechat_identities.id"],
            name=op.f("fk_subscription_grants_identity_id_wechat_identities"),
        ),
        sa.PrimaryKeyConstraint("identity_id", "template_id", name=op.f("pk_subscription_grants")),
    )  # fmt: skip
    op.create_table(
        "subscription_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_events")),
        sa.UniqueConstraint("key", name=op.f("uq_subscription_events_key")),
    )
    op.create_table(
        "message_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("keywords", json, nullable=False),
        sa.Column("example", sa.String(length=600), nullable=False),
        sa.Column("topic", sa.String(length=12), nullable=True),
        sa.Column("fills", json, nullable=False),
        sa.Column("problem", sa.String(length=160), nullable=True),
        sa.Column("seen_at", moment, nullable=False),
        sa.Column("gone_at", moment, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_templates")),
        sa.UniqueConstraint("platform", "template_id", name=op.f("uq_message_templates_platform_template_id")),
    )
    op.create_table(
        "channel_pauses",
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("errcode", sa.Integer(), nullable=False),
        sa.Column("until_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("platform", "channel", name=op.f("pk_channel_pauses")),
    )
    op.create_table(
        "notice_preferences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=20), nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notice_preferences_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_preferences")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_notice_preferences_user_id_key")),
    )
    op.create_table(
        "mailings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("text", sa.String(length=600), nullable=False),
        sa.Column("topic", sa.String(length=12), nullable=False),
        sa.Column("segment", json, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("resumes_as", sa.String(length=10), nullable=True),
        sa.Column("gathered_to", sa.Integer(), nullable=False),
        sa.Column("recipient_count", sa.Integer(), nullable=False),
        sa.Column("told_count", sa.Integer(), nullable=False),
        sa.Column("held_count", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("started_at", moment, nullable=True),
        sa.Column("stepped_at", moment, nullable=True),
        sa.Column("done_at", moment, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_mailings_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailings")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mailings_public_id")),
    )
    op.create_table(
        "mailing_recipients",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailings.id"], name=op.f("fk_mailing_recipients_mailing_id_mailings")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mailing_recipients_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing_recipients")),
        sa.UniqueConstraint("mailing_id", "user_id", name=op.f("uq_mailing_recipients_mailing_id_user_id")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=True),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("facts", json, nullable=False),
        sa.Column("choices", json, nullable=False),
        sa.Column("page", sa.String(length=120), nullable=True),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("is_personal", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("held_because", sa.String(length=12), nullable=True),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("written_at", moment, nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("mailing_id", sa.Integer(), nullable=True),
        sa.Column("dismissed_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id_users")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_notices_message_id_messages")),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailings.id"], name=op.f("fk_notices_mailing_id_mailings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("key", name=op.f("uq_notices_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_notices_public_id")),
    )
    op.create_index("ix_notices_user_id_state", "notices", ["user_id", "state"])
    op.create_index("ix_notices_message_id", "notices", ["message_id"])
    op.create_index("ix_notices_mailing_id", "notices", ["mailing_id"])
    op.create_index(
        "ix_notices_due_at", "notices", ["due_at"],
        sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"),
    )  # fmt: skip
    op.create_table(
        "watches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("pace", sa.String(length=10), nullable=True),
        sa.Column("after_patent_id", sa.Integer(), nullable=False),
        sa.Column("seen", json, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_watches_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
        sa.UniqueConstraint("public_id", name=op.f("uq_watches_public_id")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_watches_user_id_key")),
    )
    op.create_index("ix_watches_key", "watches", ["key"])


def downgrade() -> None:
    op.drop_table("watches")
    for table in (
        "notices", "mailing_recipients", "mailings", "notice_preferences", "channel_pauses", "message_templates",
        "subscription_events", "subscription_grants",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_index("ix_deliveries_wechat_msg_id", "deliveries")
    with op.batch_alter_table("deliveries") as batch:
        batch.drop_constraint(op.f("fk_deliveries_via_identity_id_wechat_identities"), type_="foreignkey")
        for column in ("retry_at", "tried", "wechat_msg_id", "template_id", "via_identity_id"):
            batch.drop_column(column)
    with op.batch_alter_table("wechat_identities") as batch:
        batch.drop_column("blocked_at")
