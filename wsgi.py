"""The web process: `gunicorn wsgi:app`."""

from app import create_app
from core.config import Settings
from core.memory import keep_for_good

app = create_app(Settings.from_env())
app.extensions["resources"].answerer.warm_up()
app.extensions["resources"].understander.warm_up()
keep_for_good()
