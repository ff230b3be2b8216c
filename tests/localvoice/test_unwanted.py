"""What a model may not say: what it is left out for, and what only looks like it."""

import pytest

from greenroom.localvoice.unwanted import allowed, refuses

GRADING = """
Great answer! | Great! | Excellent. | Well done, Sam! | Perfect, thank you. | Thanks, that's a great example. | Good job. | Nice.
That was weak. | Your answer was too vague. | That's really impressive. | You handled that well. | I'm impressed. | Wow, fantastic work.
I love how you dealt with it. | I'd give that an 8 out of 10. | That doesn't really answer the question. | You could have said more.
What a thoughtful response. | Thank you for that detailed answer. | Sounds great. | Correct. | Your approach is excellent and bold.
"""
GOODBYES = """
Goodbye. | Bye for now! | Have a great day! | That's all for today. | Thank you for your time. | That concludes our interview.
Let's wrap up here. | We'll be in touch. | It was nice talking to you. | This brings us to the end of our conversation. | See you soon.
Good luck! | We are done now. | Take care. | Let's end the interview here.
"""
TALK_ABOUT_THE_TASK = """
The candidate said he was a cook. | Here is my response. | Sure, here's a possible question. | As instructed, I keep it short.
I should acknowledge that. | The user wants a question. | My instructions say so. | Let me know if you need more.
"""
FOREIGN = """
Vielen Dank für Ihre Antwort. | Merci beaucoup pour votre réponse. | ¿Qué hiciste tú? | Спасибо. | 谢谢你的回答。 | Thank you, 谢谢.
"""
FINE = """
I see. | Thank you for sharing that. | Okay, so you worked nights. | That sounds like a busy shop. | Thanks, that helps me picture it.
That must have been a difficult week. | So you had three people and one till. | Right, thanks. | Understood. | I see you took care of it.
You worked with the best team in town. | Nobody answered the phone, then. | Noted. | I hear you. | Fine. | How interesting.
What is a good answer to an angry customer? | Tell me about a time when you did great work. | What made that result good?
How do you end a conversation with someone upset? | When did you last do something perfectly? | Which weak point would you work on?
What would you say to a customer who wants to see you again? | Describe an excellent team. | If you could have stayed, what then?
"""


def each(table: str) -> list[str]:
    return [text.strip() for line in table.strip().splitlines() for text in line.split("|")]


@pytest.mark.parametrize("text", each(GRADING) + each(GOODBYES) + each(TALK_ABOUT_THE_TASK) + each(FOREIGN))
def test_it_is_left_out(text: str) -> None:
    assert allowed(text, "") == ""


@pytest.mark.parametrize("text", each(FINE))
def test_it_may_be_said(text: str) -> None:
    assert allowed(text, "") == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Great answer, and how did it end?", "And how did it end?"),
        ("Excellent! So, how did it end?", "So, how did it end?"),
        ("Thanks, well done, so what came next?", "So what came next?"),
        ("That was weak - how did it end?", "How did it end?"),
        ("Thank you for your time, so how did it end?", "So how did it end?"),
        ("Perfect, tell me about the team.", "Tell me about the team."),
    ],
)
def test_a_question_loses_the_praise_before_it(text: str, left: str) -> None:
    assert allowed(text, "") == left


@pytest.mark.parametrize("text", ["How do you say goodbye to a guest?", "Good, let's go on.", "Have a good day."])
def test_the_directors_own_words_are_nobodys_fault(text: str) -> None:
    assert allowed(text, "") == ""
    assert allowed(text, f"Thank you. {text} And now?") == text


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but as an AI I can't do that.",
        "I cannot assist with that request.",
        "As a language model I have no jobs.",
        "Sorry, but I won't pretend.",
        "I'm just a chatbot.",
    ],
)
def test_refusals_are_noticed(text: str) -> None:
    assert refuses(text, "")


@pytest.mark.parametrize("text", ["I'm sorry to hear that.", "I can't find my order.", "Sorry, I lost you there."])
def test_regret_is_no_refusal(text: str) -> None:
    assert not refuses(text, "")
