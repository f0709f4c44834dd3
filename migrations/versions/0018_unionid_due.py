"""WeChat is asked who newcomers are by one job for many: of whom it is still to be asked stands with the identity."""

import sqlalchemy as sa
from alembic import op

revision = "0018_unionid_due"
down_revision = "0017_phone_verified_at"
branch_labels = None
depends_on = None

OLD_JOB = "jobs.identities.learn_unionid"


def upgrade() -> None:
    with op.batch_alter_table("wechat_identities") as table:
        table.add_column(sa.Column("is_unionid_due", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_wechat_identities_is_unionid_due", "wechat_identities", ["is_unionid_due"],
        postgresql_where=sa.text("is_unionid_due"),
    )  # fmt: skip
    # Who was to be asked for by a job of their own is asked for with the next newcomer.
    bind = op.get_bind()
    asked = sa.text("SELECT key FROM outbox WHERE job_name = :job AND state <> 'done'")
    due = sa.text("UPDATE wechat_identities SET is_unionid_due = true WHERE id = :id")
    for key in bind.execute(asked, {"job": OLD_JOB}).scalars().all():
        bind.execute(due, {"id": int(key.rpartition("/")[2].partition("-")[0])})
    bind.execute(sa.text("DELETE FROM outbox WHERE job_name = :job AND state <> 'done'"), {"job": OLD_JOB})


def downgrade() -> None:
    op.drop_index("ix_wechat_identities_is_unionid_due", "wechat_identities")
    with op.batch_alter_table("wechat_identities") as table:
        table.drop_column("is_unionid_due")
