"""When a turn is over, by its words: answers and fragments on all sorts of things, as a recogniser writes them down.

None of them is in the benchmark, whose figures would otherwise be fitted.
"""

import pytest

from greenroom.localvoice.endpointing import FINISHED_S, SHORT_S, UNKNOWN_S, pause_s, words

FINISHED = """
I grew up in a village near the coast.
We sold about forty bicycles a week.
My team won the prize in the end.
I always read the manual first.
The museum opened its doors in nineteen ninety.
It took us three weeks to repair the roof.
I have never regretted that decision.
She asked me to come back the next day.
Honestly, I think we were lucky.
They gave me a second chance.
I teach mathematics at a secondary school.
Our biggest client left us that summer.
I planned the menu and bought the food.
You can't please everyone.
I prefer small teams to large ones.
That was the moment when I understood it.
He told me the truth straight away.
I did it because nobody else wanted to do it.
We had to start all over again.
I usually take the train to work.
The garden was my idea.
I'd like to learn more about robots.
So I called an ambulance.
My parents run a bakery.
I speak Spanish and a little Italian.
We moved the whole archive to the cloud.
There was no time to lose.
I made a list and worked through it.
It depends on the situation.
I would say it went rather well.
My colleagues call me the quiet one.
I have two children and a dog.
Nobody got hurt.
I repaired the engine with my own hands.
The flight was delayed by six hours.
We agreed on a price in the end.
I was nervous before the exam, but it went fine.
At the moment I'm looking for a new challenge.
I left the company in March.
In my spare time I play the cello.
They promoted me after a year.
I wrote a letter to the mayor.
The new system saved us a lot of money.
I told them what I thought.
It was raining all day.
I can start next month.
I have worked with children before.
We used to meet every Thursday.
I didn't know what to say.
As a nurse you learn to listen.
I believe in clear rules.
The patient recovered completely.
I don't mind working at night.
My brother helped me with the translation.
First we measured everything, then we cut the wood.
I sent the package back.
It's a matter of trust.
I had a very good teacher.
Since then I check every door twice.
The concert was sold out within an hour.
I asked him why he was late.
We finally found it under the stairs.
I am proud of what we built.
I apologized and paid for the damage.
That's all I know about it.
It felt good.
Everything was ready on time.
I'm thirty two years old.
My hobbies are climbing and photography.
i worked there until last autumn
The school has four hundred pupils.
I solved it together with the mechanic.
What I enjoy most is the variety.
If something breaks, I fix it.
One of my strengths is patience.
The main thing is to stay calm.
The reason was the weather.
After the storm we cleaned the beach.
I keep a diary.
I want to help people.
I took care of my grandmother for two years.
We printed posters and hung them up everywhere.
The software crashed twice a day.
Nobody wanted to take the night shift, so I did it.
I can drive a forklift.
It's something I still think about.
My boss never listened to us.
They closed the factory last winter.
I have a license for that.
He gave me his phone number.
We ordered too much paper.
I think the customer is always right.
I learned it from my father.
That's where I met my wife.
I had no experience at all.
We were five people in a tiny office.
I worked as a waiter in Munich.
You have to be patient with them.
The budget was cut in half.
I don't smoke and I don't drink.
I baked bread every morning at four.
My job was to check the tickets.
We grew by thirty percent in one year.
I would call the police.
It went on like that for months.
I could see that she was upset.
I offered him a refund.
In the end everybody was satisfied.
I applied because I like the product.
I guess I'm a curious person.
Two of them quit.
I can read music.
The children loved it.
I ran the workshop alone for a while.
I fixed the heating myself.
We never missed a deadline.
Yes, we talked about it.
I always carry a notebook with me.
The hotel has ninety rooms.
I need about two weeks to settle in.
I asked for help.
It's the best job I ever had.
I know how it works.
We had a lot to do.
I'm good with numbers.
It cost more than we thought.
I have seen it before.
He didn't believe me.
As a manager I try to be fair.
When the alarm rang, everyone ran outside.
""".strip().splitlines()

UNFINISHED = """
I grew up in a village near the.
We sold about forty bicycles because.
My team won the prize when.
I always wanted to be a.
The museum opened its doors to.
It took us three weeks until.
I have never been very.
She asked me if.
What surprised me most was.
They gave me the.
I teach mathematics and.
Our biggest client was.
I planned the menu with my.
The reason why I applied is.
I prefer small teams, since.
That was the moment when I.
He told me that.
I did it so that.
We had to.
I usually.
The garden needed a lot of.
I'd like to.
So I called the.
My parents ran a bakery in.
I speak Spanish, Italian and.
We moved the whole archive into.
There wasn't any.
I made a list of.
It depends on.
I would say it went, um.
My colleagues would call me.
I have two.
Nobody knew whether.
I repaired the engine by.
The flight was delayed by.
We finally agreed that.
I was nervous before my.
At the moment I'm.
I left the company after.
In my spare time I.
They promoted me to.
I wrote a letter to the mayor about.
The new system was able to.
I told them that the.
Well, it was raining, so.
I can start as soon as.
I worked with children who.
We used to.
I didn't know how.
As a nurse you.
I strongly believe that.
The patient couldn't.
My brother helped me with our.
First we measured everything, and then.
I sent the package to.
There are three.
I had a teacher who.
When I arrived at the station.
If something breaks.
While we were waiting for the bus.
I asked him why.
We were looking for.
I am most proud of.
Before I joined the company.
One of my strengths.
The most difficult part.
I think, uh.
I was going to.
It was more like.
Let me think, er.
The people who.
I'm not really sure but
During my second year at university.
For example.
On the other hand.
In my opinion.
and after that we
To be honest.
My plan for the next five years is.
I took care of my.
We printed posters and then we.
The software crashed whenever.
Nobody wanted to take the night shift except.
I can drive almost any.
It's something that I've.
My boss always told us that.
They closed the factory due to.
I don't have the.
He gave me his.
We ordered far too.
I think the customer should.
I learned it from.
That's where the.
I had almost no.
We were about.
I worked as a.
You have to be very.
The budget was cut by.
I don't drink, but.
Every morning I baked.
My job was to.
In one year we grew from.
I would probably call.
It went on until the.
I could see that she.
I offered to.
In the end everybody was.
I applied because of.
I guess I am.
Two of the.
I can't.
If the customer complains.
When my daughter was born.
I spent the whole summer in.
As soon as the doors opened.
What I found difficult was.
I'm used to working under.
Um, I think my biggest weakness is.
and so I.
I would have.
My first reaction was to.
There has always been.
We divided the work between.
Every time someone.
You could say that I'm.
We needed someone who could.
My favourite part of the day is.
I felt a bit.
so I asked the driver whether he.
""".strip().splitlines()

SHORT = ("Yes.", "No.", "Sure.", "Okay.", "Yes, exactly.", "Not really.", "Thank you.", "Maybe.")


def test_four_fifths_of_a_second_and_less_end_a_finished_answer() -> None:
    late = {text: pause_s(text) for text in FINISHED if pause_s(text) > 0.65}
    assert len(late) <= len(FINISHED) * 0.05, late


def test_three_seconds_of_thought_do_not_end_an_unfinished_one() -> None:
    early = {text: pause_s(text) for text in UNFINISHED if pause_s(text) < 3.2}
    assert len(early) <= len(UNFINISHED) * 0.05, early


@pytest.mark.parametrize("text", SHORT)
def test_a_short_answer_is_soon_over(text: str) -> None:
    assert pause_s(text) <= SHORT_S


PIECES = (
    "Ever tried, ever failed.",
    "Ever tried ever failed.",
    "Ever tried, ever failed, no matter.",
    "Ever tried, ever failed. No matter, try again.",
    "Measured everything, wrote all down.",
    "Didn't work.",
)


@pytest.mark.parametrize("text", PIECES)
def test_a_few_words_without_a_subject_may_be_followed_by_more_of_them(text: str) -> None:
    assert pause_s(text) == SHORT_S


@pytest.mark.parametrize("text", ["It worked.", "We measured, wrote it down.", "In the end I gave up.", "That helped."])
def test_a_few_words_with_a_subject_are_a_sentence(text: str) -> None:
    assert pause_s(text) == FINISHED_S


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        (None, UNKNOWN_S, UNKNOWN_S),
        ("", 1.0, 2.0),
        ("...", 1.0, 3.5),
        ("Um.", 0.9, 3.5),
        ("I think it was, um.", 3.2, 3.5),
        ("Could you repeat the question?", FINISHED_S, 0.65),
        ("What do you mean by that?", FINISHED_S, 0.65),
        ("Really!", FINISHED_S, SHORT_S),
        ("We lost. I went home.", FINISHED_S, 0.65),
        ("We lost. And then I.", 3.2, 3.5),
        ("They were happy, and so was I.", FINISHED_S, 0.65),
        ("I worked there for two years,", 1.4, 1.6),
    ],
)
def test_pauses(text: str | None, least: float, most: float) -> None:
    assert least <= pause_s(text) <= most


def test_capitals_and_full_stops_are_the_recognisers_guess_and_change_nothing() -> None:
    for text in FINISHED + UNFINISHED:
        bare = text.rstrip(".")
        assert pause_s(bare.lower()) == pause_s(bare) == pause_s(f"{bare}.")


def test_words_are_told_from_marks() -> None:
    assert words("Well – it’s 5 o'clock, isn't it?") == ["well", "it's", "5", "o'clock", "isn't", "it"]
