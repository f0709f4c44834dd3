"""Everything that lives in the sandbox, built once: settings, clock, state, faults, log and both apps' secrets."""

from dataclasses import dataclass

from sandbox.clock import VirtualClock
from sandbox.crypto import MessageCipher
from sandbox.errors import ActionRefused, WeChatError
from sandbox.faults import Faults
from sandbox.journal import Journal
from sandbox.settings import SandboxSettings, original_id_for
from sandbox.state import APP_KINDS, AppState, Person, Relation, State, stable_id
from sandbox.store import Store
from sandbox.windows import AppKind


@dataclass(frozen=True)
class App:
    """An app's identity and secrets."""

    kind: AppKind
    app_id: str
    secret: str
    token: str
    cipher: MessageCipher | None
    original_id: str
    push_path: str


class World:
    """The sandbox without its web pages. Read and change `state` only while holding `lock`."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.store = Store(settings.state_path)
        self.lock = self.store.lock
        self.clock = VirtualClock(lambda: self.state.offset_seconds)
        self.faults = Faults()
        self.base_url = "http://127.0.0.1:8900"  # where the sandbox itself is found; the server corrects it
        self.apps = _apps(settings)
        self.journal = Journal(self.clock, [value for app in self.apps.values() for value in (app.secret, app.token)])
        self._names_by_openid: dict[tuple[AppKind, str], str] = {}
        for person in self.state.people.values():
            self._remember_openids(person)
        self._set_modes()

    @property
    def state(self) -> State:
        return self.store.state

    def _set_modes(self) -> None:
        with self.lock:
            self.state.apps["official"].mode = self.settings.wechat_official_mode
            mini = self.apps.get("miniprogram")
            self.state.apps["miniprogram"].mode = "safe" if mini and mini.cipher else "plaintext"

    def app_state(self, app: App) -> AppState:
        return self.state.apps[app.kind]

    def app(self, kind: str) -> App:
        """ActionRefused where the app is not configured."""
        if kind not in self.apps:
            raise ActionRefused("没有配置这个应用。" if kind in APP_KINDS else f"没有名为 {kind} 的应用。")
        return self.apps["official" if kind == "official" else "miniprogram"]

    def app_by_id(self, app_id: str) -> App:
        for app in self.apps.values():
            if app.app_id == app_id:
                return app
        raise WeChatError(40013, "invalid appid")

    def add_person(self, name: str) -> Person:
        """The person of this name, new or known. The ids are the same for the same name on every machine."""
        with self.lock:
            if name in self.state.people:
                return self.state.people[name]
            openids = {
                kind: stable_id("o", self.apps[kind].app_id if kind in self.apps else kind, name) for kind in APP_KINDS
            }
            digits = int.from_bytes(stable_id("", "phone", name).encode()[:6], "big") % 100_000_000
            person = Person(
                name=name,
                unionid=stable_id("o", "union", name),
                phone=f"138{digits:08d}",
                official=Relation(openid=openids["official"]),
                miniprogram=Relation(openid=openids["miniprogram"]),
            )
            self.state.people[name] = person
            self._remember_openids(person)
            self.store.changed()
            return person

    def _remember_openids(self, person: Person) -> None:
        for kind in APP_KINDS:
            self._names_by_openid[kind, person.relation(kind).openid] = person.name

    def person(self, name: str) -> Person:
        """ActionRefused for a name nobody has."""
        found = self.state.people.get(name)
        if found is None:
            raise ActionRefused(f"没有名为 {name} 的用户。")
        return found

    def recipient(self, app: App, openid: str) -> tuple[Person, Relation]:
        """WeChatError 40003 for an openid that is unknown or another app's."""
        name = self._names_by_openid.get((app.kind, openid))
        if name is None:
            raise WeChatError(40003, "invalid openid")
        person = self.state.people[name]
        return person, person.relation(app.kind)

    def reset(self) -> None:
        """Forget people, tokens, menus, faults and log; the clock returns to real time."""
        with self.lock:
            last_msg_id = self.state.last_msg_id
            self._names_by_openid.clear()
            self.store.state = State(last_msg_id=last_msg_id)
            self._set_modes()
            self.faults.clear()
            self.journal.clear()
            self.store.changed()

    def close(self) -> None:
        self.store.close()


def _apps(settings: SandboxSettings) -> dict[AppKind, App]:
    official_key = settings.wechat_official_aes_key
    official_id = settings.wechat_official_app_id
    apps: dict[AppKind, App] = {
        "official": App(
            kind="official",
            app_id=official_id,
            secret=settings.wechat_official_app_secret.get_secret_value(),
            token=settings.wechat_official_token.get_secret_value(),
            cipher=MessageCipher(official_key.get_secret_value(), official_id) if official_key else None,
            original_id=settings.wechat_official_original_id or original_id_for(official_id),
            push_path="/wechat/official",
        )
    }
    mini_id, mini_key = settings.wechat_miniprogram_app_id, settings.wechat_miniprogram_aes_key
    if mini_id and settings.wechat_miniprogram_app_secret and settings.wechat_miniprogram_token:
        apps["miniprogram"] = App(
            kind="miniprogram",
            app_id=mini_id,
            secret=settings.wechat_miniprogram_app_secret.get_secret_value(),
            token=settings.wechat_miniprogram_token.get_secret_value(),
            cipher=MessageCipher(mini_key.get_secret_value(), mini_id) if mini_key else None,
            original_id=original_id_for(mini_id),
            push_path="/wechat/miniprogram",
        )
    return apps
