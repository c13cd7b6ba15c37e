"""What a package says of itself to people: LISEZMOI.md, README.md and LICENCE.txt. Plain words, no links to guess."""

from consult.exports.tables.shape import Scope
from consult.register.canonical import stamp

LICENCE_NAME = "etalab-2.0"
LICENCE_TITLE = "Licence Ouverte / Open Licence 2.0"
LICENCE_PAGE = "https://www.etalab.gouv.fr/licence-ouverte-open-licence"

_LICENCE = """{title}
{page}

FRANÇAIS
Les données de ce paquet sont publiées par {publisher} sous la Licence Ouverte 2.0 (Etalab).
Vous pouvez les reproduire, les copier, les adapter, les transformer, les diffuser et les exploiter, y compris à titre
commercial, à condition de mentionner leur paternité : « {publisher} », le nom de la consultation et la date des données
({date}). Les données sont fournies telles qu’elles sont, sans autre garantie. La licence ne donne aucun droit de
faire croire que le producteur approuve l’usage qui en est fait. Le texte complet fait foi : {page}

Les textes ont été écrits par des personnes. Les réutiliser oblige à respecter la loi : ne cherchez pas à identifier
les personnes qui ont voté, et ne republiez pas un texte retiré depuis.

ENGLISH
The data of this package is published by {publisher} under the Open Licence 2.0 (Etalab, France).
You may reproduce, copy, adapt, transform, distribute and use it, commercially too, if you name its source:
"{publisher}", the name of the consultation and the date of the data ({date}). The data is provided as it is, without
any other warranty. The licence gives no right to suggest that the producer endorses what is made of it. The whole text
is what counts: {page}

These texts were written by people. Whoever reuses them must obey the law: do not try to find out who voted, and do not
publish again a text that was removed since.
"""

_FRENCH = """# {title}

Résultats complets de la consultation « {title} », publiés par {publisher}.
{address}

{state}

Date des données : {date} (UTC).

## Ce que contient ce paquet

| fichier | contenu |
|---|---|
{tables}
| `figures.json` | les chiffres, tels que les affiche la page des résultats |
| `datapackage.json` | la description de chaque fichier et de chaque colonne (Frictionless Data Package) |
| `LICENCE.txt` | à quelles conditions réutiliser ces données |
| `SHA256SUMS` | l’empreinte de chacun des fichiers ci-dessus |
| `register/` | la preuve, tirée du registre public, que rien n’a été changé |

Les fichiers `.csv` sont en UTF-8, séparés par des virgules ; les dates sont au format ISO 8601. Dans un tableur,
utilisez plutôt les fichiers « tableur », XLSX ou ODS, offerts à la même adresse que ce paquet.

Une ligne existe pour chaque texte publié, et pour chaque texte retiré depuis : celle-ci n’a plus que son numéro, sa
date et le motif. Les votes sont donnés sous des identifiants qui ne valent que pour cette consultation et dont le
secret est détruit à la clôture. Aucune adresse, aucune identité n’est dans ce paquet.
Les synthèses et les suites données n’existent pas encore sur cette plateforme : elles ne sont pas dans ce paquet.

## Comment le vérifier

1. **Que rien n’est abîmé.** Dans le dossier décompressé : `sha256sum -c SHA256SUMS`
   (sous macOS : `shasum -a 256 -c SHA256SUMS`). Chaque ligne doit finir par `OK`.
2. **Que rien n’a été changé, ajouté ni retiré.** Avec le logiciel libre Consult : `consult verify le-paquet.zip`.
   Il n’a besoin ni de réseau, ni de base de données. Comparez l’empreinte de la clé qu’il affiche avec celle
   publiée sur la page du registre public du territoire.
3. **Que votre contribution y est.** Téléchargez votre reçu, puis : `consult verify le-paquet.zip --receipt recu.json`.
4. **Sans ce logiciel.** Le format est décrit dans `docs/package.md`, dans les sources de Consult : chacun peut écrire
   son propre vérificateur.

## Ce que cela ne prouve pas

Que les personnes sont bien celles qu’elles disent être ; que chaque vote a été compté comme son auteur l’a voulu (lui
seul le voit, sur le site : le reçu d’un vote prouve qu’il a été enregistré, sans dire lequel) ; que tout le monde voit
le même registre (comparez les états signés publiés).
"""

_ENGLISH = """# {title}

The complete results of the consultation "{title}", published by {publisher}.
{address}

{state}

Date of the data: {date} (UTC).

## What is in this package

| file | what it holds |
|---|---|
{tables}
| `figures.json` | the figures, as the page of results shows them |
| `datapackage.json` | the description of every file and every column (Frictionless Data Package) |
| `LICENCE.txt` | on what terms this data may be reused |
| `SHA256SUMS` | the digest of each of the files above |
| `register/` | the proof, taken from the public register, that nothing was changed |

The `.csv` files are UTF-8, separated by commas; dates are ISO 8601. For a spreadsheet rather take the files "tableur",
XLSX or ODS, offered at the same address as this package.

There is a row for each text that is public, and for each text that was removed since: the latter has nothing left but
its number, its date and the ground. Votes are given under identifiers that hold for this consultation only, whose
secret is destroyed when it closes. No address and no identity is in this package.
Syntheses and answers do not exist on this platform yet: they are not in this package.

## How to check it

1. **That nothing is damaged.** In the unpacked folder: `sha256sum -c SHA256SUMS`
   (on macOS: `shasum -a 256 -c SHA256SUMS`). Every line must end in `OK`.
2. **That nothing was changed, added or removed.** With the free software Consult: `consult verify the-package.zip`.
   It needs no network and no database. Compare the key's fingerprint that it prints with the one published on the page
   of the territory's public register.
3. **That your contribution is in it.** Download your receipt, then:
   `consult verify the-package.zip --receipt receipt.json`.
4. **Without that software.** The format is described in `docs/package.md`, in the sources of Consult: anybody can write
   a verifier of their own.

## What this does not prove

That people are who they say they are; that each vote was counted as its voter meant it (only the voter sees that, on
the site: the receipt of a vote proves that it was recorded, without saying which); that everybody is shown the same
register (compare the signed heads that are published).
"""

_STATE_FR = {
    False: "Données définitives : la consultation est close.",
    True: (
        "**DONNÉES PROVISOIRES** : la consultation n’est pas terminée. Ces chiffres et ces textes peuvent"
        " encore changer."
    ),
}
_STATE_EN = {
    False: "Final data: the consultation is closed.",
    True: "**PROVISIONAL DATA**: the consultation is not over. These figures and texts may still change.",
}


def licence(scope: Scope) -> str:
    """LICENCE.txt."""
    return _LICENCE.format(
        title=LICENCE_TITLE, page=LICENCE_PAGE, publisher=scope.territory_name, date=stamp(scope.cut_off)[:10]
    )


def read_me(scope: Scope, language: str, tables: list[tuple[str, str]]) -> str:
    """LISEZMOI.md (``fr``) or README.md.

    Args:
        tables: file and title of each table, in the language.
    """
    french = language == "fr"
    return (_FRENCH if french else _ENGLISH).format(
        title=_one_line(scope.title),
        publisher=_one_line(scope.territory_name),
        address=scope.url,
        state=(_STATE_FR if french else _STATE_EN)[scope.provisional],
        date=stamp(scope.cut_off),
        tables="\n".join(f"| `{name}` | {_one_line(title)} |" for name, title in tables),
    )


def _one_line(text: str) -> str:
    """A title that somebody typed cannot break a table, nor begin a line of its own."""
    return " ".join(text.split()).replace("|", "¦").replace("`", "’")
