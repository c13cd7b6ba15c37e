"""Grounds, kinds, effects and reasons in words: one list for pages, mails, tombstones and the public record."""

from consult.core.language import N_
from consult.moderation.models import CaseReason, Effect, Ground, Kind

CHARTER = (Ground.OFF_TOPIC, Ground.INSULT, Ground.PERSONAL_DATA, Ground.ADVERTISING, Ground.DUPLICATE)
"""What the charter of participation asks of everybody; only people who are signed in report it."""
LAW = (
    Ground.HATRED,
    Ground.THREAT,
    Ground.DEFAMATION,
    Ground.DISCRIMINATION,
    Ground.CHILD_ABUSE,
    Ground.COPYRIGHT,
    Ground.OTHER,
)
"""What the law forbids; anybody may report it, with or without an account."""

GROUNDS: dict[str, str] = {
    Ground.OFF_TOPIC: N_("hors sujet"),
    Ground.INSULT: N_("propos insultants"),
    Ground.PERSONAL_DATA: N_("données personnelles"),
    Ground.ADVERTISING: N_("publicité"),
    Ground.DUPLICATE: N_("doublon"),
    Ground.HATRED: N_("incitation à la haine"),
    Ground.THREAT: N_("menace"),
    Ground.DEFAMATION: N_("diffamation"),
    Ground.DISCRIMINATION: N_("discrimination"),
    Ground.CHILD_ABUSE: N_("atteinte à l’enfance"),
    Ground.COPYRIGHT: N_("droit d’auteur"),
    Ground.OTHER: N_("autre contenu contraire à la loi"),
    Ground.AUTOMATIC: N_("plusieurs signalements, en attente d’une décision"),
}

KINDS: dict[str, str] = {
    Kind.CONTRIBUTION: N_("contribution"),
    Kind.AMENDMENT: N_("proposition de modification"),
    Kind.ARGUMENT: N_("argument"),
    Kind.SOURCE: N_("source"),
    Kind.ACCOUNT: N_("compte"),
}

EFFECTS: dict[str, str] = {
    Effect.KEEP: N_("publié ou maintenu"),
    Effect.CORRECT: N_("correction demandée"),
    Effect.MERGE: N_("réunie avec une autre contribution"),
    Effect.HIDE: N_("masqué"),
    Effect.HIDE_ILLEGAL: N_("masqué, texte mis sous scellés"),
    Effect.RESTRICT: N_("compte suspendu pour un temps"),
}

REASONS: dict[str, str] = {
    CaseReason.BEFORE: N_("à lire avant publication"),
    CaseReason.REPORT: N_("signalé"),
    CaseReason.MANY_REPORTS: N_("signalé plusieurs fois"),
    CaseReason.WORDS: N_("mot surveillé"),
    CaseReason.LINKS: N_("beaucoup de liens"),
    CaseReason.SIMILAR: N_("ressemble à un autre texte"),
    CaseReason.NEW_ACCOUNTS: N_("plusieurs comptes récents venus du même endroit"),
    CaseReason.CORRECTED: N_("corrigé par son auteur, à relire"),
    CaseReason.DEADLINE: N_("délai de correction dépassé"),
}

AUTOMATIC_REASON = N_(
    "Plusieurs personnes ont signalé ce texte : il est masqué en attendant qu’une personne le relise."
)
READ_FIRST_REASON = N_("Lu avant publication : rien ne s’y oppose.")
STANDARD_REASONS = frozenset({AUTOMATIC_REASON, READ_FIRST_REASON})
"""What decisions say that nobody has put into words: shown in the reader's language, unlike what a person typed."""
