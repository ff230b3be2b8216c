"""The items of a conversation, in order. Pure."""

from msgspec.structs import replace

from greenroom.realtime import ProtocolError
from greenroom.realtime.conversations import FunctionCallItem, FunctionCallOutputItem, Item, MessageItem

MAX_ITEMS = 2000


class Conversation:
    """What was said and by whom. Raises `ProtocolError` for what can't be done."""

    def __init__(self) -> None:
        self._order: list[str] = []
        self._items: dict[str, Item] = {}
        self._sent_ms: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._order)

    @property
    def last_id(self) -> str | None:
        return self._order[-1] if self._order else None

    def items(self) -> list[Item]:
        return [self._items[item_id] for item_id in self._order]

    def get(self, item_id: str) -> Item:
        try:
            return self._items[item_id]
        except KeyError:
            raise ProtocolError("item_not_found", f"there is no item {item_id}", "item_id") from None

    def add(self, item: Item, after: str | None = None) -> str | None:
        """Put it after that item, at the beginning (`root`) or the end (None); the id of the one before it."""
        assert item.id is not None
        if item.id in self._items:
            raise ProtocolError("item_exists", f"there is an item {item.id} already", "item.id")
        if len(self._order) >= MAX_ITEMS:
            raise ProtocolError("conversation_full", "the conversation has too many items", None)
        if after is None:
            place = len(self._order)
        elif after == "root":
            place = 0
        elif after in self._items:
            place = self._order.index(after) + 1
        else:
            raise ProtocolError("item_not_found", f"there is no item {after}", "previous_item_id")
        self._order.insert(place, item.id)
        self._items[item.id] = item
        return self._order[place - 1] if place else None

    def change(self, item: Item) -> None:
        assert item.id is not None
        if item.id in self._items:
            self._items[item.id] = item

    def delete(self, item_id: str) -> None:
        self.get(item_id)
        self._order.remove(item_id)
        del self._items[item_id]
        self._sent_ms.pop(item_id, None)

    def note_sent(self, item_id: str, ms: int) -> None:
        """So much of an assistant's sound was sent."""
        self._sent_ms[item_id] = ms

    def truncate(self, item_id: str, content_index: int, audio_end_ms: int) -> None:
        """Remember only what was heard, by its share of the whole."""
        item = self.get(item_id)
        if not isinstance(item, MessageItem) or item.role != "assistant":
            raise ProtocolError("invalid_value", "only an assistant's message can be truncated", "item_id")
        if content_index != 0 or not item.content:
            raise ProtocolError("invalid_value", "content_index is 0", "content_index")
        sent_ms = self._sent_ms.get(item_id, 0)
        if not 0 <= audio_end_ms <= sent_ms:
            raise ProtocolError(
                "invalid_value", f"audio of {sent_ms} ms is shorter than {audio_end_ms} ms", "audio_end_ms"
            )
        part = item.content[0]
        words = (part.transcript or "").split()
        kept = " ".join(words[: len(words) * audio_end_ms // max(sent_ms, 1)])
        self._items[item_id] = replace(item, content=(replace(part, transcript=kept), *item.content[1:]))
        self._sent_ms[item_id] = audio_end_ms


_PARTS = {"user": "input_", "system": "input_text", "assistant": "output_"}


def checked_item(item: Item) -> Item:
    """The item, if it can be one of a conversation. Raises `ProtocolError`."""
    match item:
        case MessageItem(role=role, content=content):
            for number, part in enumerate(content):
                if not part.type.startswith(_PARTS[role]):
                    raise ProtocolError(
                        "invalid_value",
                        f"a message of the {role} has no {part.type}",
                        f"item.content[{number}].type",
                    )
        case FunctionCallItem() | FunctionCallOutputItem():
            pass
    return item


def as_chat(items: list[Item]) -> list[dict[str, str]]:
    """The conversation as chat-completions servers take it."""
    chat: list[dict[str, str]] = []
    for item in items:
        match item:
            case MessageItem(role=role, content=content):
                text = " ".join(part.text or part.transcript or "" for part in content).strip()
                if text:
                    chat.append({"role": role, "content": text})
            case FunctionCallItem() | FunctionCallOutputItem():
                pass
    return chat
