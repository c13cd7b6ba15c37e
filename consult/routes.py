"""Every address of Consult, each with its gate. A house test compares this page with tests/house/urls.txt."""

from starlette.routing import BaseRoute, Route

from consult.accounts.pages import account, data, links, sign_in
from consult.accounts.pages import staff as staff_pages
from consult.analysis.pages import dashboard as analysis
from consult.analysis.pages import journal as analysis_journal
from consult.analysis.pages import results as analysis_results
from consult.arguments import pages as arguments
from consult.consultations.pages import closings, desk, making
from consult.consultations.pages import moderation as reading_first
from consult.consultations.pages import outline as outlining
from consult.consultations.pages import procedure as procedures
from consult.consultations.pages import rounds as calendar
from consult.contributions.pages import amending, revising, writing
from consult.contributions.pages import own as own_pages
from consult.demo import pages as demo
from consult.exports.pages import catalogue as exported_catalogue
from consult.exports.pages import files as exported_files
from consult.exports.pages import shelf as exported
from consult.imports import pages as imports
from consult.moderation.pages import (
    answering,
    closing,
    desk_appeals,
    desk_case,
    desk_deciding,
    desk_settings,
    reporting,
)
from consult.moderation.pages import desk as moderation_desk
from consult.moderation.pages import own as own_moderation
from consult.moderation.pages import record as moderation_record
from consult.notifications.pages import following as follows
from consult.notifications.pages import mailbox as mailbox_pages
from consult.notifications.pages import sent as sent_mails
from consult.notifications.pages import unsubscribing
from consult.organisations.pages import desk as organisation_desk
from consult.organisations.pages import joining
from consult.organisations.pages import members as organisation_members
from consult.organisations.pages import own as organisations
from consult.reading import contribution_pages as reading_one
from consult.reading import list_pages as reading_list
from consult.reading import organisation_pages as reading_organisation
from consult.reading import pages as reading
from consult.reading import qr_pages as reading_qr
from consult.register.pages import entry as register_entry
from consult.register.pages import own as own_receipts
from consult.register.pages import proofs as register_proofs
from consult.register.pages import reading as register
from consult.register.pages import verifying as register_verifying
from consult.running import pages as running
from consult.sources import pages as sources
from consult.territories import pages as territories
from consult.votes import pages as votes
from consult.web import kept_text, static
from consult.web.gate import anyone, demo_only, signed_in, signed_out, staff
from consult.web.routing import get, post

ADMIN = "/admin/consultations/{slug}"
CONTRIBUTION = "/consultations/{slug}/contributions/{n:int}"
AMENDMENT = "/consultations/{slug}/contributions/{n:int}/amendments/{id:int}"
ORGANISATION = "/organisations/{id:int}"
EXAMINED = "/admin/organisations/{id:int}"
administrators = staff("administrator")
moderators = staff("moderator")
moderation_readers = staff("moderator", "administrator", "guarantor")
CASE = "/moderation/cases/{id:int}"
ENTRY = "/register/entries/{position:int}"
all_who_answer = staff("administrator", "moderator", "rapporteur", "decision_maker", "guarantor")

ROUTES: list[BaseRoute] = [
    # --- files
    get("/static/{path:path}", static.static_file, gate=anyone),
    get("/theme.css", static.theme, gate=anyone),
    get("/robots.txt", static.robots, gate=anyone),
    # --- a territory's own texts
    get("/accessibility", territories.territory_text, gate=anyone, name="accessibility"),
    get("/legal", territories.territory_text, gate=anyone, name="legal"),
    get("/privacy", territories.territory_text, gate=anyone, name="privacy"),
    get("/charter", territories.territory_text, gate=anyone, name="charter"),
    # --- reading
    get("/", reading.home, gate=anyone),
    get("/consultations/{slug}", reading.consultation, gate=anyone),
    get("/consultations/{slug}/contributions", reading_list.contribution_list, gate=anyone),
    get("/consultations/{slug}/origin", imports.origin, gate=anyone),
    get(CONTRIBUTION, reading_one.contribution, gate=anyone),
    get(f"{CONTRIBUTION}/qr.svg", reading_qr.contribution_qr, gate=anyone),
    get(f"{CONTRIBUTION}/arguments/{{id:int}}", reading_one.argument, gate=anyone),
    get(AMENDMENT, reading_one.amendment, gate=anyone),
    # --- what can be downloaded
    get("/catalog.jsonld", exported_catalogue.catalogue, gate=anyone),
    get("/consultations/{slug}/results", analysis_results.results, gate=anyone),
    get("/api/v1/consultations/{slug}/results", analysis_results.results_json, gate=anyone),
    get("/consultations/{slug}/exports", exported.exports, gate=anyone),
    post("/consultations/{slug}/exports", exported.ask, gate=anyone),
    get("/consultations/{slug}/exports/dcat.jsonld", exported_catalogue.dataset, gate=anyone),
    get("/consultations/{slug}/exports/{name}.sha256", exported_files.export_digest, gate=anyone),
    get("/consultations/{slug}/exports/{name}", exported_files.export_file, gate=anyone),
    # --- arguments, sources and votes
    get(f"{CONTRIBUTION}/arguments/new", arguments.new_argument, gate=signed_in),
    post(f"{CONTRIBUTION}/arguments/new", arguments.send_argument, gate=signed_in),
    get(f"{CONTRIBUTION}/arguments/{{id:int}}/edit", arguments.edit_argument, gate=signed_in),
    post(f"{CONTRIBUTION}/arguments/{{id:int}}/edit", arguments.send_correction, gate=signed_in),
    get(f"{CONTRIBUTION}/arguments/{{id:int}}/withdraw", arguments.ask_withdrawal, gate=signed_in),
    post(f"{CONTRIBUTION}/arguments/{{id:int}}/withdraw", arguments.send_withdrawal, gate=signed_in),
    post(f"{CONTRIBUTION}/arguments/{{id:int}}/support", votes.support_argument, gate=signed_in),
    get(f"{CONTRIBUTION}/sources/new", sources.new_source, gate=signed_in),
    post(f"{CONTRIBUTION}/sources/new", sources.send_source, gate=signed_in),
    get(f"{CONTRIBUTION}/sources/{{id:int}}/edit", sources.edit_source, gate=signed_in),
    post(f"{CONTRIBUTION}/sources/{{id:int}}/edit", sources.send_correction, gate=signed_in),
    get(f"{CONTRIBUTION}/sources/{{id:int}}/withdraw", sources.ask_withdrawal, gate=signed_in),
    post(f"{CONTRIBUTION}/sources/{{id:int}}/withdraw", sources.send_withdrawal, gate=signed_in),
    post(f"{CONTRIBUTION}/sources/{{id:int}}/support", votes.support_source, gate=signed_in),
    post(f"{CONTRIBUTION}/vote", votes.vote, gate=signed_in),
    post(f"{AMENDMENT}/vote", votes.vote_on_amendment, gate=signed_in),
    # --- contributions
    get("/consultations/{slug}/contributions/new", writing.new_contribution, gate=signed_in),
    post("/consultations/{slug}/contributions/new", writing.send_contribution, gate=signed_in),
    get("/consultations/{slug}/contributions/similar", writing.similar, gate=signed_in),
    get("/consultations/{slug}/contributions/{n:int}/edit", revising.edit_contribution, gate=signed_in),
    post("/consultations/{slug}/contributions/{n:int}/edit", revising.send_revision, gate=signed_in),
    get("/consultations/{slug}/contributions/{n:int}/withdraw", revising.ask_withdrawal, gate=signed_in),
    post("/consultations/{slug}/contributions/{n:int}/withdraw", revising.send_withdrawal, gate=signed_in),
    get("/consultations/{slug}/contributions/{n:int}/history", revising.contribution_history, gate=anyone),
    get("/consultations/{slug}/contributions/{n:int}/amendments/new", amending.new_amendment, gate=signed_in),
    post("/consultations/{slug}/contributions/{n:int}/amendments/new", amending.send_amendment, gate=signed_in),
    get(AMENDMENT + "/adopt", amending.ask_adoption, gate=signed_in),
    post(AMENDMENT + "/adopt", amending.send_adoption, gate=signed_in),
    get(AMENDMENT + "/decline", amending.ask_decline, gate=signed_in),
    post(AMENDMENT + "/decline", amending.send_decline, gate=signed_in),
    get(AMENDMENT + "/withdraw", amending.ask_amendment_withdrawal, gate=signed_in),
    post(AMENDMENT + "/withdraw", amending.send_amendment_withdrawal, gate=signed_in),
    post("/keep-text", kept_text.keep_text, gate=signed_in),
    get("/account/contributions", own_pages.own_contributions_page, gate=signed_in),
    get("/account/amendments/{id:int}/withdraw", own_pages.ask_amendment_taken_back, gate=signed_in),
    post("/account/amendments/{id:int}/withdraw", own_pages.send_amendment_taken_back, gate=signed_in),
    get("/account/contributions/{id:int}/withdraw", own_pages.ask_waiting_withdrawal, gate=signed_in),
    post("/account/contributions/{id:int}/withdraw", own_pages.send_waiting_withdrawal, gate=signed_in),
    get("/account/drafts", own_pages.drafts_page, gate=signed_in),
    get("/account/drafts/{id:int}/discard", own_pages.ask_discard, gate=signed_in),
    post("/account/drafts/{id:int}/discard", own_pages.send_discard, gate=signed_in),
    # --- accounts
    get("/sign-up", sign_in.sign_up_page, gate=signed_out),
    post("/sign-up", sign_in.sign_up, gate=signed_out),
    get("/sign-up/sent", sign_in.sign_up_sent, gate=signed_in),
    post("/sign-up/sent", sign_in.send_again, gate=signed_in),
    get("/sign-in", sign_in.sign_in_page, gate=anyone),
    post("/sign-in", sign_in.sign_in, gate=anyone),
    get("/sign-in/sent", sign_in.sign_in_sent, gate=anyone),
    post("/sign-out", sign_in.sign_out, gate=anyone),
    get("/links/{token}", links.link_page, gate=anyone),
    post("/links/{token}", links.follow_link, gate=anyone),
    get("/language", account.language_page, gate=anyone),
    post("/language", account.choose_language, gate=anyone),
    get("/account", account.account_home, gate=signed_in),
    get("/account/name", account.name_page, gate=signed_in),
    post("/account/name", account.change_name, gate=signed_in),
    get("/account/email", account.email_page, gate=signed_in),
    post("/account/email", account.ask_email_change, gate=signed_in),
    get("/account/password", account.password_page, gate=signed_in),
    post("/account/password", account.set_password, gate=signed_in),
    get("/account/notifications", account.notifications_page, gate=signed_in),
    post("/account/notifications", account.choose_notifications, gate=signed_in),
    get("/account/sessions", data.sessions_page, gate=signed_in),
    post("/account/sessions/close-others", data.close_other_sessions, gate=signed_in),
    post("/account/sessions/{id:int}/close", data.close_session, gate=signed_in),
    get("/account/data", data.data_page, gate=signed_in),
    get("/account/data.json", data.data_file, gate=signed_in),
    get("/account/delete", account.delete_page, gate=signed_in),
    post("/account/delete", account.delete_account, gate=signed_in),
    get("/admin/staff", staff_pages.staff_page, gate=staff("administrator")),
    post("/admin/staff", staff_pages.invite_to_staff, gate=staff("administrator")),
    get("/admin/staff/{id:int}/remove", staff_pages.remove_page, gate=staff("administrator")),
    post("/admin/staff/{id:int}/remove", staff_pages.remove_from_staff, gate=staff("administrator")),
    # --- organisations
    get("/account/organisations", organisations.own_organisations, gate=signed_in),
    get("/organisations/new", organisations.new_organisation, gate=signed_in),
    post("/organisations/new", organisations.present_organisation, gate=signed_in),
    get(ORGANISATION, reading_organisation.organisation, gate=anyone),
    get(f"{ORGANISATION}/edit", organisations.edit_organisation, gate=signed_in),
    post(f"{ORGANISATION}/edit", organisations.save_organisation, gate=signed_in),
    get(f"{ORGANISATION}/leave", organisations.ask_leaving, gate=signed_in),
    post(f"{ORGANISATION}/leave", organisations.leave, gate=signed_in),
    get(f"{ORGANISATION}/members", organisation_members.members, gate=signed_in),
    post(f"{ORGANISATION}/members", organisation_members.invite, gate=signed_in),
    get(f"{ORGANISATION}/members/{{member:int}}/role", organisation_members.ask_role, gate=signed_in),
    post(f"{ORGANISATION}/members/{{member:int}}/role", organisation_members.give_role, gate=signed_in),
    get(f"{ORGANISATION}/members/{{member:int}}/remove", organisation_members.ask_removal, gate=signed_in),
    post(f"{ORGANISATION}/members/{{member:int}}/remove", organisation_members.remove, gate=signed_in),
    get(
        f"{ORGANISATION}/invitations/{{invitation:int}}/take-back", organisation_members.ask_taking_back, gate=signed_in
    ),
    post(f"{ORGANISATION}/invitations/{{invitation:int}}/take-back", organisation_members.take_back, gate=signed_in),
    get("/invitations/{token}", joining.invitation_page, gate=anyone),
    post("/invitations/{token}", joining.join, gate=signed_in),
    get("/admin/organisations", organisation_desk.organisation_list, gate=administrators),
    get(EXAMINED, organisation_desk.organisation_desk, gate=administrators),
    post(f"{EXAMINED}/verify", organisation_desk.verify, gate=administrators),
    get(f"{EXAMINED}/refuse", organisation_desk.ask_refusal, gate=administrators),
    post(f"{EXAMINED}/refuse", organisation_desk.refuse_it, gate=administrators),
    get(f"{EXAMINED}/take-back", organisation_desk.ask_taking_back, gate=administrators),
    post(f"{EXAMINED}/take-back", organisation_desk.take_back, gate=administrators),
    # --- moderation: what everybody may read and do
    get("/account/reports", own_moderation.own_reports, gate=signed_in),
    get("/account/decisions", own_moderation.own_decisions, gate=signed_in),
    get("/account/decisions/{id:int}", own_moderation.own_decision, gate=signed_in),
    get("/account/decisions/{id:int}/appeal", answering.appeal_page, gate=signed_in),
    post("/account/decisions/{id:int}/appeal", answering.send_appeal, gate=signed_in),
    get("/account/decisions/{id:int}/correct", answering.correction_page, gate=signed_in),
    post("/account/decisions/{id:int}/correct", answering.send_corrected, gate=signed_in),
    get("/report/sent", reporting.report_sent, gate=anyone),
    get("/report/{kind}/{id:int}", reporting.report_page, gate=anyone),
    post("/report/{kind}/{id:int}", reporting.send_report, gate=anyone),
    # --- moderation: the desk
    get("/moderation", moderation_desk.queue, gate=moderation_readers),
    get(CASE, desk_case.case, gate=moderation_readers),
    post(f"{CASE}/take", desk_case.take, gate=moderators),
    post(f"{CASE}/release", desk_case.release, gate=moderators),
    post(f"{CASE}/notes", desk_case.note, gate=moderators),
    post(f"{CASE}/decide", desk_deciding.decide_case, gate=moderators),
    get(f"{CASE}/restrict", desk_deciding.ask_restriction, gate=moderators),
    post(f"{CASE}/restrict", desk_deciding.send_restriction, gate=moderators),
    get("/moderation/bulk", desk_deciding.ask_bulk, gate=moderators),
    post("/moderation/bulk", desk_deciding.send_bulk, gate=moderators),
    get("/moderation/bulk/outcome", desk_deciding.bulk_outcome, gate=moderators),
    get("/moderation/items/{kind}/{id:int}", desk_case.item, gate=moderation_readers),
    post("/moderation/items/{kind}/{id:int}", desk_case.examine, gate=moderators),
    get("/moderation/decisions/{id:int}/again", desk_deciding.ask_again, gate=moderators),
    post("/moderation/decisions/{id:int}/again", desk_deciding.send_again, gate=moderators),
    get("/moderation/appeals", desk_appeals.appeals, gate=moderation_readers),
    get("/moderation/appeals/{id:int}", desk_appeals.appeal, gate=moderation_readers),
    post("/moderation/appeals/{id:int}", desk_appeals.hear, gate=moderation_readers),
    get("/moderation/settings", desk_settings.settings, gate=staff("moderator", "administrator")),
    post("/moderation/settings", desk_settings.save_settings, gate=staff("moderator", "administrator")),
    # --- moderation: rounds that are over
    get("/moderation/closing", closing.closing_list, gate=staff("moderator", "administrator", "guarantor")),
    get("/moderation/closing/{slug}", closing.closing, gate=staff("moderator", "administrator", "guarantor")),
    post("/moderation/closing/{slug}", closing.send_closing, gate=staff("moderator")),
    get("/moderation/decisions", moderation_record.public_record, gate=anyone),
    get("/moderation/decisions.csv", moderation_record.record_file, gate=anyone),
    # --- the register
    get("/register", register.register, gate=anyone),
    get("/register/heads", register.heads, gate=anyone),
    get("/register/head", register_proofs.head, gate=anyone),
    get("/register/checkpoint", register_proofs.head, gate=anyone, name="checkpoint"),
    get("/register/key", register_proofs.key, gate=anyone),
    get("/register/proof", register_proofs.proof, gate=anyone),
    get("/register/tile/{path:path}", register_proofs.tile, gate=anyone),
    get("/register/verify", register_verifying.verify_page, gate=anyone),
    post("/register/verify", register_verifying.verify, gate=anyone),
    get(ENTRY, register_entry.entry, gate=anyone),
    get(f"{ENTRY}/receipt.json", register_entry.receipt_file, gate=anyone),
    get(f"{ENTRY}/qr.svg", register_entry.entry_qr, gate=anyone),
    get("/register/items/{kind}/{id:int}", register_entry.item, gate=anyone),
    get("/account/receipts", own_receipts.own_receipts, gate=signed_in),
    post("/account/receipts/{position:int}/mail", own_receipts.mail_receipt, gate=signed_in),
    # --- following, and refusing mails
    get("/follow/{kind}/{id:int}", follows.follow_page, gate=signed_in),
    post("/follow/{kind}/{id:int}", follows.choose_frequency, gate=signed_in),
    get("/account/follows", follows.follows_page, gate=signed_in),
    get("/unsubscribe/{token}", unsubscribing.unsubscribe_page, gate=anyone),
    post("/unsubscribe/{token}", unsubscribing.unsubscribe, gate=anyone),
    get("/admin/mails", sent_mails.mails_page, gate=staff("administrator", "guarantor")),
    # --- the demo
    get("/components", demo.components, gate=demo_only),
    get("/mailbox", mailbox_pages.mailbox, gate=demo_only),
    get("/mailbox/{id:int}", mailbox_pages.mailbox_mail, gate=demo_only),
    # --- administrators prepare consultations and the territory's texts
    get("/admin", desk.desk, gate=administrators),
    get("/admin/consultations", desk.consultation_list, gate=administrators),
    get("/admin/consultations/new", making.new_consultation, gate=administrators),
    post("/admin/consultations/new", making.create, gate=administrators),
    get(ADMIN, making.overview, gate=administrators),
    get(f"{ADMIN}/presentation", making.presentation, gate=administrators),
    post(f"{ADMIN}/presentation", making.save_presentation, gate=administrators),
    get(f"{ADMIN}/publish", making.publishing, gate=administrators),
    post(f"{ADMIN}/publish", making.publish, gate=administrators),
    get(f"{ADMIN}/sections", outlining.sections, gate=administrators),
    get(f"{ADMIN}/sections/new", outlining.new_section, gate=administrators),
    post(f"{ADMIN}/sections/new", outlining.create_section, gate=administrators),
    get(f"{ADMIN}/sections/{{id:int}}", outlining.section, gate=administrators),
    post(f"{ADMIN}/sections/{{id:int}}", outlining.save_section, gate=administrators),
    post(f"{ADMIN}/sections/{{id:int}}/move", outlining.move, gate=administrators),
    get(f"{ADMIN}/sections/{{id:int}}/remove", outlining.removing_section, gate=administrators),
    post(f"{ADMIN}/sections/{{id:int}}/remove", outlining.delete_section, gate=administrators),
    get(f"{ADMIN}/rounds", calendar.rounds, gate=administrators),
    get(f"{ADMIN}/rounds/new", calendar.new_round, gate=administrators),
    post(f"{ADMIN}/rounds/new", calendar.create_round, gate=administrators),
    get(f"{ADMIN}/rounds/{{id:int}}", calendar.one_round, gate=administrators),
    post(f"{ADMIN}/rounds/{{id:int}}", calendar.save_round, gate=administrators),
    get(f"{ADMIN}/rounds/{{id:int}}/extend", closings.extending, gate=administrators),
    post(f"{ADMIN}/rounds/{{id:int}}/extend", closings.extend, gate=administrators),
    get(f"{ADMIN}/rounds/{{id:int}}/shorten", closings.shortening, gate=administrators),
    post(f"{ADMIN}/rounds/{{id:int}}/shorten", closings.shorten, gate=administrators),
    get(f"{ADMIN}/rounds/{{id:int}}/reopen", closings.reopening, gate=administrators),
    post(f"{ADMIN}/rounds/{{id:int}}/reopen", closings.reopen, gate=administrators),
    get(f"{ADMIN}/rounds/{{id:int}}/remove", calendar.removing_round, gate=administrators),
    post(f"{ADMIN}/rounds/{{id:int}}/remove", calendar.delete_round, gate=administrators),
    get(f"{ADMIN}/procedure", procedures.procedure, gate=administrators),
    post(f"{ADMIN}/procedure", procedures.save_procedure, gate=administrators),
    get(f"{ADMIN}/moderation", reading_first.moderation, gate=administrators),
    post(f"{ADMIN}/moderation", reading_first.save_moderation, gate=administrators),
    get("/admin/pages", territories.texts, gate=administrators),
    get("/admin/pages/{name}", territories.text, gate=administrators),
    post("/admin/pages/{name}", territories.save_text, gate=administrators),
    # --- how a consultation is going, and who did what
    get(f"{ADMIN}/dashboard", analysis.dashboard, gate=all_who_answer),
    get("/admin/journal", analysis_journal.journal, gate=staff("administrator", "guarantor")),
    # --- for the people who run it (no territory, no session)
    Route("/healthz", running.alive, methods=["GET"]),
    Route("/readyz", running.ready, methods=["GET"]),
    Route("/metrics", running.metrics, methods=["GET"]),
]
