"""Campaigns of training: courses that belong together for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0015_campaigns"
down_revision = "0014_load_index"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=300), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_campaigns_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("public_id", name=op.f("uq_campaigns_public_id")),
    )
    op.create_table(
        "campaign_courses",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_courses_campaign_id_campaigns")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_campaign_courses_course_id_courses")),
        sa.PrimaryKeyConstraint("campaign_id", "course_id", name=op.f("pk_campaign_courses")),
    )
    op.create_index("ix_campaign_courses_course_id", "campaign_courses", ["course_id"])


def downgrade() -> None:
    op.drop_table("campaign_courses")
    op.drop_table("campaigns")
