"""Exam questions, runs of practice and mock papers, wrong answers, leaderboards."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011_exams"
down_revision = "0010_training"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "exam_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("is_multiple", sa.Boolean(), nullable=False),
        sa.Column("stem", sa.Text(), nullable=False),
        sa.Column("options", json, nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("cites", json, nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("licence", sa.String(length=40), nullable=False),
        sa.Column("paper_year", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("answered_count", sa.Integer(), nullable=False),
        sa.Column("right_count", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("right_count >= 0 AND right_count <= answered_count", name=op.f("ck_exam_questions_counts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_questions")),
        sa.UniqueConstraint("code", name=op.f("uq_exam_questions_code")),
    )
    op.create_index("ix_exam_questions_subject_topic", "exam_questions", ["subject", "topic"])
    op.create_table(
        "exam_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=True),
        sa.Column("topic", sa.String(length=20), nullable=True),
        sa.Column("question_ids", json, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("right_count", sa.Integer(), nullable=False),
        sa.Column("tenths_each", sa.Integer(), nullable=True),
        sa.Column("due_at", moment, nullable=True),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_exam_runs_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_runs")),
        sa.UniqueConstraint("public_id", name=op.f("uq_exam_runs_public_id")),
    )
    op.create_index("ix_exam_runs_user_id_id", "exam_runs", ["user_id", "id"])
    op.create_table(
        "exam_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("given", sa.String(length=8), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=True),
        sa.Column("answered_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["exam_runs.id"], name=op.f("fk_exam_answers_run_id_exam_runs")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["exam_questions.id"], name=op.f("fk_exam_answers_question_id_exam_questions")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_exam_answers_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_answers")),
        sa.UniqueConstraint("run_id", "question_id", name=op.f("uq_exam_answers_run_id_question_id")),
    )
    op.create_index("ix_exam_answers_user_id_question_id", "exam_answers", ["user_id", "question_id"])
    op.create_table(
        "wrong_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("wrong_count", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("due_at", moment, nullable=True),
        sa.Column("changed_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_wrong_answers_user_id_users")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["exam_questions.id"], name=op.f("fk_wrong_answers_question_id_exam_questions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_answers")),
        sa.UniqueConstraint("user_id", "question_id", name=op.f("uq_wrong_answers_user_id_question_id")),
    )
    op.create_index("ix_wrong_answers_user_id_due_at", "wrong_answers", ["user_id", "due_at"])
    op.create_table(
        "leaderboard_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("board", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("consented_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_leaderboard_entries_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaderboard_entries")),
        sa.UniqueConstraint("user_id", "board", name=op.f("uq_leaderboard_entries_user_id_board")),
    )


def downgrade() -> None:
    op.drop_table("leaderboard_entries")
    op.drop_table("wrong_answers")
    op.drop_table("exam_answers")
    op.drop_table("exam_runs")
    op.drop_table("exam_questions")
