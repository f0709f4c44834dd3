"""Knowledge upkeep: misses, curated answers and their evaluation, feedback, uses and checks of documents."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002_knowledge_upkeep"
down_revision = "0001_initial"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = (
    "misses",
    "evaluation_runs",
    "curated_answers",
    "answer_feedback",
    "document_checks",
    "upkeep_marks",
    "document_uses",
)


def upgrade() -> None:
    op.create_table(
        "document_uses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=160), nullable=False),
        sa.Column("answer_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_uses")),
        sa.UniqueConstraint("used_on", "document", name=op.f("uq_document_uses_used_on_document")),
    )
    op.create_table(
        "upkeep_marks",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_upkeep_marks")),
    )
    op.create_table(
        "document_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_document_checks_document_id_documents")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_document_checks_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_checks")),
    )
    op.create_index(op.f("ix_document_checks_document_id"), "document_checks", ["document_id"], unique=False)
    op.create_table(
        "answer_feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("document", sa.String(length=160), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_answer_feedback_message_id_messages")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_answer_feedback_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_feedback")),
        sa.UniqueConstraint("message_id", name=op.f("uq_answer_feedback_message_id")),
    )
    op.create_index("ix_answer_feedback_document", "answer_feedback", ["document", "verdict"], unique=False)
    op.create_index(op.f("ix_answer_feedback_user_id"), "answer_feedback", ["user_id"], unique=False)
    op.create_index(op.f("ix_answer_feedback_verdict"), "answer_feedback", ["verdict"], unique=False)
    op.create_table(
        "curated_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("question", sa.String(length=160), nullable=False),
        sa.Column("other_questions", JSON_VALUE, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("review_note", sa.String(length=300), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["approved_by_id"], ["staff.id"], name=op.f("fk_curated_answers_approved_by_id_staff")),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_curated_answers_author_id_staff")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_curated_answers_document_id_documents")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_curated_answers_message_id_messages")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_curated_answers_owner_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_curated_answers")),
        sa.UniqueConstraint("message_id", name=op.f("uq_curated_answers_message_id")),
    )
    op.create_index(op.f("ix_curated_answers_author_id"), "curated_answers", ["author_id"], unique=False)
    op.create_index(op.f("ix_curated_answers_owner_id"), "curated_answers", ["owner_id"], unique=False)
    op.create_index("ix_curated_answers_state_id", "curated_answers", ["state", "id"], unique=False)
    op.create_table(
        "evaluation_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("answer_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("scores", JSON_VALUE, nullable=False),
        sa.Column("worse", JSON_VALUE, nullable=False),
        sa.Column("worse_count", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["curated_answers.id"], name=op.f("fk_evaluation_runs_answer_id_curated_answers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_runs")),
    )
    op.create_index(op.f("ix_evaluation_runs_answer_id"), "evaluation_runs", ["answer_id"], unique=False)
    op.create_table(
        "misses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.Column("cluster", sa.Integer(), nullable=True),
        sa.Column("closeness", sa.Double(), nullable=False),
        sa.Column("is_set_aside", sa.Boolean(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["curated_answers.id"], name=op.f("fk_misses_answer_id_curated_answers")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_misses_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_misses")),
    )
    op.create_index(op.f("ix_misses_answer_id"), "misses", ["answer_id"], unique=False)
    op.create_index(op.f("ix_misses_asked_at"), "misses", ["asked_at"], unique=False)
    op.create_index("ix_misses_cluster_asked_at", "misses", ["cluster", "asked_at"], unique=False)
    op.create_index(op.f("ix_misses_user_id"), "misses", ["user_id"], unique=False)


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
