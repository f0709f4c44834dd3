"""Papers that the proof of a right in custody rests on."""

import sqlalchemy as sa
from alembic import op

revision = "0030_custody_papers"
down_revision = "0029_custody_letters"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "custody_papers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("right_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["right_id"], ["custody_rights.id"], name=op.f("fk_custody_papers_right_id_custody_rights")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_custody_papers_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_papers")),
        sa.UniqueConstraint("public_id", name=op.f("uq_custody_papers_public_id")),
    )
    for name in ("right_id", "user_id", "storage_key"):
        op.create_index(op.f(f"ix_custody_papers_{name}"), "custody_papers", [name])


def downgrade() -> None:
    op.drop_table("custody_papers")
