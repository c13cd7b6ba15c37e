"""A statement of reasons in words (article 17 of the DSA): what was decided, how far it goes, how it was found."""

from consult.core.language import N_
from consult.moderation.models import CaseReason, Effect, Ground, Kind

ARTICLES: dict[str, str] = {
    Ground.HATRED: N_("article 24 de la loi du 29 juillet 1881 sur la liberté de la presse"),
    Ground.THREAT: N_("articles 222-17 à 222-18-3 du code pénal"),
    Ground.DEFAMATION: N_("articles 29 à 32 de la loi du 29 juillet 1881 sur la liberté de la presse"),
    Ground.DISCRIMINATION: N_("articles 225-1 à 225-4 du code pénal"),
    Ground.CHILD_ABUSE: N_("articles 227-23 et 227-24 du code pénal"),
    Ground.COPYRIGHT: N_("articles L. 122-4 et L. 335-2 du code de la propriété intellectuelle"),
}
"""The law behind a ground; for any other law, the reason names it."""

TITLES: dict[str, str] = {
    Effect.KEEP: N_("Votre texte est de nouveau publié"),
    Effect.CORRECT: N_("Une correction vous est demandée"),
    Effect.MERGE: N_("Votre contribution est réunie avec une autre"),
    Effect.HIDE: N_("Votre texte est masqué"),
    Effect.HIDE_ILLEGAL: N_("Votre texte est masqué et mis sous scellés"),
    Effect.RESTRICT: N_("Votre compte est suspendu pour un temps"),
}
PUBLISHED = N_("Votre texte est publié")
LIFTED = N_("La suspension de votre compte est levée")

SCOPES: dict[str, str] = {
    Effect.KEEP: N_("Le texte est visible de tous."),
    Effect.CORRECT: N_("Le texte reste visible pendant que vous le corrigez."),
    Effect.MERGE: N_(
        "La contribution et tout ce qui la suit restent lisibles. On n’y ajoute plus rien : "
        "la discussion continue sous l’autre."
    ),
    Effect.HIDE: N_(
        "Le texte n’est plus visible de personne sur ce site, ni ses versions antérieures, "
        "ni ce qui avait été écrit dessous. À sa place restent son numéro ou son emplacement, la date et le motif."
    ),
    Effect.HIDE_ILLEGAL: N_(
        "Le texte n’est plus visible de personne sur ce site, pas même de l’équipe de modération. "
        "Il est conservé un an, sous scellés, pour la justice, puis supprimé."
    ),
    Effect.RESTRICT: N_("Vous pouvez tout lire. Vous ne pouvez ni écrire ni voter dans les consultations de ce site."),
}
HIDDEN_MEANWHILE = N_("Le texte n’est pas visible tant que votre correction n’a pas été relue.")

FOUND: dict[str, str] = {
    "": N_("L’équipe de modération l’a lu d’elle-même."),
    CaseReason.BEFORE: N_("Dans cette consultation, chaque texte est lu avant d’être publié."),
    CaseReason.REPORT: N_("Quelqu’un l’a signalé."),
    CaseReason.MANY_REPORTS: N_("Plusieurs personnes l’ont signalé."),
    CaseReason.WORDS: N_("Un outil automatique y a relevé un mot surveillé, puis une personne l’a lu."),
    CaseReason.LINKS: N_("Un outil automatique y a relevé beaucoup de liens, puis une personne l’a lu."),
    CaseReason.SIMILAR: N_("Un outil automatique a relevé qu’il ressemble à un autre texte, puis une personne l’a lu."),
    CaseReason.NEW_ACCOUNTS: N_(
        "Un outil automatique a relevé plusieurs comptes récents venus du même endroit, puis une personne l’a lu."
    ),
    CaseReason.CORRECTED: N_("Vous aviez envoyé une correction, qui a été relue."),
    CaseReason.DEADLINE: N_("Le délai pour corriger était passé."),
}
"""How the text came to be looked at, and whether a tool had a part in it."""

BY_PERSON = N_("Une personne de l’équipe de modération a pris cette décision.")
BY_NOBODY = N_(
    "Cette décision est automatique : plusieurs personnes ont signalé le texte. Une personne va le relire et décider."
)


def title_of(effect: str, kind: str, *, undoes: bool) -> str:
    """What a statement is called."""
    if effect == Effect.KEEP and kind == Kind.ACCOUNT:
        return LIFTED
    return PUBLISHED if effect == Effect.KEEP and not undoes else TITLES[effect]


def scope_of(effect: str, *, hidden_meanwhile: bool) -> str:
    """How far a decision goes."""
    return HIDDEN_MEANWHILE if hidden_meanwhile else SCOPES[effect]
