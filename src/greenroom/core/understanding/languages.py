"""Whether an utterance is in another language than English, by its letters and its commonest words."""

import re
import unicodedata

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_ENGLISH = frozenset(
    "the a and to of in is it i you that was for on are with as at be this have from or had by not but "
    "what all were we when your can said there use an each which she do how their if will up about out "
    "many then them these so some her would make like him into time has look more go see no way could my "
    "than been who its now did get just yes really very don't i'm it's think know want because also well "
    "they he me our us am".split()
)
_AMBIGUOUS = frozenset(
    "come question pan men till war die per dies den van bin sin dan ben var non mon sale comment pour "
    "chat four fin son sur par con ma mi de la le um".split()
)
"""Words of others that are in English sentences, too."""
_OTHERS = (
    # Commonest words that English has not (or hardly).
    "ich nicht und das ist der die wir sie ein eine mit auf für von zu habe kann nein ja aber auch wie "
    "was bin sind haben bitte noch mir mich dem den des möchte kein keine weil dann immer sehr wenn "
    "leider danke frage verstehe sprechen deutsch",
    "je ne pas le la les un une des et est que qui vous nous pour dans sur avec mais c'est j'ai suis mon "
    "ma mes au du ce cette il elle oui non très bien comme être avoir fait peux pouvez s'il plaît répéter "
    "merci parler français question comprends votre de",
    "yo no el la los las un una y que es en de por para con pero mi me se lo como más muy sí está estoy "
    "tengo puede puedo soy hablar español gracias pregunta entiendo usted nosotros porque cuando fue del "
    "trabajo qué cómo",
    "io non il lo la gli le un una e che è di per con ma mi si come più molto sì sono ho può posso "
    "parlare italiano grazie domanda capisco lei noi perché quando del della lavoro questo nel al",
    "eu não o a os as um uma e que é de do da para com mas me se como mais muito sim estou tenho pode "
    "posso sou falar português obrigado obrigada pergunta entendo você nós porque quando foi em no na "
    "trabalho",
    "ja nie to się jest w na z że do i co jak ale tak mam mogę proszę dziękuję pytanie rozumiem mówić "
    "polsku nas czy był bardzo pan pani przepraszam moja mój po dla",
    "ben bir ve bu ne için çok var yok evet hayır ama değil mi da de ile olarak gibi soru anlamadım "
    "konuşmak türkçe lütfen teşekkürler sen biz daha sonra kadar iyi nasıl istiyorum",
    "ik niet het een en de van is dat op te zijn met voor maar ook aan mijn wat kan heb nee ja wij hebben "
    "bij dit er naar spreken nederlands vraag begrijp alstublieft dank graag",
    "mujhe mera meri mere hai hain nahin nahi kya aap ka ki ke yeh woh kaise kyun samajh bahut accha haan ji bol sakte "
    "sakta hoon raha rahi tha thi lekin phir aur karna baat",
    "saya tidak dan yang ini itu di ke dari untuk dengan adalah bisa anda apa tolong pertanyaan mengerti ulangi kerja "
    "sudah",
    "ako hindi ko ang ng mga sa ka po opo siya kasi naman lang pwede tanong naiintindihan ulit salamat",
    "nu eu este sunt și la cu pentru că nu mai foarte am înțeleg întrebarea vorbesc românește vă rog mulțumesc puteți",
    "jag inte det är och att en ett på för med som har kan nej ja men vi min av till svenska fråga förstår tack",
)
_KNOWN = tuple(frozenset(words.split()) - _ENGLISH - _AMBIGUOUS for words in _OTHERS)
_FEWEST_LETTERS = 3
_LEAST_SHARE = 0.22


def is_foreign(text: str) -> bool:
    """Whether most of it is in other letters, or in the common words of another language."""
    letters = [char for char in text if char.isalpha()]
    if len(letters) < _FEWEST_LETTERS:
        return False
    if sum(not unicodedata.name(char, "").startswith("LATIN") for char in letters) > len(letters) / 2:
        return True
    said = [word.lower() for word in _WORD.findall(text.replace("’", "'"))]
    english = sum(word in _ENGLISH for word in said)
    most = max(sum(word in known for word in said) for known in _KNOWN)
    accents = sum(not char.isascii() for char in letters)
    enough = most >= 2 or (most >= 1 and (len(said) <= 3 or accents > 0))
    return enough and most > english and most + accents >= len(said) * _LEAST_SHARE
