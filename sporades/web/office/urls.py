"""The office's addresses, under `/gestion/`."""

from django.urls import path

from sporades.web.office import home
from sporades.web.office.accommodations import appeals, entering, following, handling
from sporades.web.office.accommodations import waiting as accommodations
from sporades.web.office.agents import closing, listing, proposing, roles
from sporades.web.office.documents import depositing, publishing
from sporades.web.office.figures import failing, statistics
from sporades.web.office.letters import posting
from sporades.web.office.people import codes, copies, records
from sporades.web.office.pieces import given, incomplete, judging
from sporades.web.office.pieces import waiting as pieces
from sporades.web.office.records import acts, holding, mail_log
from sporades.web.office.registrations import (
    answering,
    correcting,
    deciding,
    doubles,
    files,
    filling,
    left,
    moving,
    requests,
)
from sporades.web.office.regulations import preparing, regulations, trying
from sporades.web.office.searches import batching, exporting, foreseeing, searching, writing
from sporades.web.office.services import announcing, contacts, extending, services

app_name = "office"

urlpatterns = [
    path("", home.home, name="home"),
    path("role", roles.role, name="role"),
    path("inscriptions", searching.search, name="search"),
    path("inscriptions/trouver", searching.find, name="find"),
    path("inscriptions/recherches/<uuid:search>", searching.results, name="found"),
    path("inscriptions/recherches/<uuid:search>/export", exporting.export, name="export"),
    path("inscriptions/recherches/<uuid:search>/lot", batching.batch, name="batch"),
    path("inscriptions/recherches/<uuid:search>/message", writing.write, name="write"),
    path("inscriptions/lots", batching.batches, name="batches"),
    path("inscriptions/lots/<uuid:batch>", batching.one_batch, name="one_batch"),
    path("inscriptions/lots/<uuid:batch>/refus", batching.batch_refusals, name="batch_refusals"),
    path(
        "inscriptions/lots/<uuid:batch>/decisions/<str:number>",
        foreseeing.batch_decision,
        name="batch_decision",
    ),
    path("inscriptions/lots/<uuid:batch>/lancement", batching.launch_batch, name="launch_batch"),
    path("inscriptions/lots/<uuid:batch>/arret", batching.stop_batch, name="stop_batch"),
    path("inscriptions/lots/<uuid:batch>/reprise", batching.resume_batch, name="resume_batch"),
    path(
        "inscriptions/lots/<uuid:batch>/approbation", batching.approve_batch, name="approve_batch"
    ),
    path("inscriptions/lots/<uuid:batch>/rejet", batching.refuse_batch, name="refuse_batch"),
    path("inscriptions/exports", exporting.exports, name="exports"),
    path("inscriptions/exports/<uuid:export>", exporting.one_export, name="one_export"),
    path("inscriptions/exports/<uuid:export>/fichier", exporting.export_file, name="export_file"),
    path("inscriptions/exports/<uuid:export>/arret", exporting.stop_export, name="stop_export"),
    path(
        "inscriptions/exports/<uuid:export>/approbation",
        exporting.approve_export,
        name="approve_export",
    ),
    path("inscriptions/exports/<uuid:export>/refus", exporting.refuse_export, name="refuse_export"),
    path("inscriptions/recherches/<uuid:search>/nom", searching.name, name="name"),
    path("inscriptions/recherches/<uuid:search>/oubli", searching.forget, name="forget"),
    path(
        "inscriptions/candidats/<int:candidate>/inscrire", filling.register_for, name="register_for"
    ),
    path("inscriptions/saisies", filling.drafts, name="drafts"),
    path("inscriptions/saisies/<uuid:draft>", filling.resume, name="draft"),
    path("inscriptions/saisies/<uuid:draft>/recapitulatif", filling.recap, name="recap"),
    path("inscriptions/saisies/<uuid:draft>/est-elle-prete", filling.ready, name="ready"),
    path("inscriptions/saisies/<uuid:draft>/differences", filling.differences, name="differences"),
    path("inscriptions/saisies/<uuid:draft>/abandon", filling.abandon, name="abandon"),
    path(
        "inscriptions/saisies/<uuid:draft>/nouvelle-inscription",
        filling.register_anew,
        name="register_anew",
    ),
    path("inscriptions/saisies/<uuid:draft>/confier", filling.hand_over, name="hand_over"),
    path("inscriptions/saisies/<uuid:draft>/laissee", left.left_draft, name="left_draft"),
    path("inscriptions/saisies/<uuid:draft>/<slug:section>", filling.tab, name="tab"),
    path(
        "inscriptions/saisies/<uuid:draft>/<slug:section>/saisie", filling.autosave, name="autosave"
    ),
    path("inscriptions/<str:number>", files.registration, name="registration"),
    path("inscriptions/<str:number>/historique", files.history, name="history"),
    path("inscriptions/<str:number>/historique/<int:version>", files.version, name="version"),
    path("inscriptions/<str:number>/documents", files.documents, name="documents"),
    path("inscriptions/<str:number>/documents/<slug:kind>/pdf", files.pdf, name="document_pdf"),
    path("inscriptions/<str:number>/pieces", given.pieces, name="pieces"),
    path("inscriptions/<str:number>/pieces/<str:piece>", judging.judge, name="judge_piece"),
    path("inscriptions/<str:number>/pieces/<str:piece>/fichier", given.file, name="piece_file"),
    path(
        "inscriptions/<str:number>/pieces/<str:piece>/pages/<int:page>",
        given.page,
        name="piece_page",
    ),
    path(
        "inscriptions/<str:number>/pieces/<str:piece>/numerisation", given.scan, name="scan_piece"
    ),
    path(
        "inscriptions/<str:number>/declarer-incomplete",
        incomplete.declare,
        name="declare_incomplete",
    ),
    path("candidatures-incompletes", incomplete.listed, name="incomplete"),
    path(
        "inscriptions/<str:number>/amenagement",
        following.accommodation,
        name="accommodation",
    ),
    path(
        "inscriptions/<str:number>/amenagement/traiter",
        handling.handle,
        name="handle_accommodation",
    ),
    path(
        "inscriptions/<str:number>/amenagement/saisir",
        entering.enter,
        name="enter_accommodation",
    ),
    path("inscriptions/<str:number>/amenagement/recours", appeals.appeal, name="appeal"),
    path("amenagements", accommodations.listed, name="accommodations"),
    path("pieces", pieces.to_verify, name="pieces_to_verify"),
    path("inscriptions/<str:number>/messages", answering.thread, name="thread"),
    path("inscriptions/<str:number>/messages/reponse", answering.answer, name="answer_message"),
    path("inscriptions/<str:number>/messages/sans-suite", answering.settle, name="settle_messages"),
    path("inscriptions/<str:number>/mails", files.mails, name="mails"),
    path("inscriptions/<str:number>/notes", files.notes, name="notes"),
    path("inscriptions/<str:number>/notes/ajout", files.write_note, name="write_note"),
    path("inscriptions/<str:number>/journal", files.journal, name="journal"),
    path("inscriptions/<str:number>/etat", deciding.decide, name="decide"),
    path("inscriptions/<str:number>/modifier", filling.amend, name="amend"),
    path("inscriptions/<str:number>/etat-civil", correcting.correct, name="correct_identity"),
    path(
        "inscriptions/<str:number>/recapitulatif-signe",
        deciding.receive_summary,
        name="receive_summary",
    ),
    path("inscriptions/<str:number>/documents/depot", depositing.deposit_one, name="deposit_one"),
    path(
        "inscriptions/<str:number>/documents/<slug:kind>/retrait",
        depositing.withdraw_document,
        name="withdraw_document",
    ),
    path("courriers", posting.letters, name="letters"),
    path("courriers/impression", posting.print_letters, name="print_letters"),
    path("courriers/impressions/<int:run>", posting.print_run, name="print_run"),
    path("courriers/impressions/<int:run>/pdf", posting.run_pdf, name="run_pdf"),
    path("courriers/impressions/<int:run>/envoi", posting.post_run, name="post_run"),
    path(
        "courriers/impressions/<int:run>/envoi/retrait",
        posting.take_back_posted,
        name="take_back_posted",
    ),
    path("courriers/<int:letter>", posting.letter, name="letter"),
    path("courriers/<int:letter>/retour", posting.return_letter, name="return_letter"),
    path(
        "courriers/<int:letter>/retour/retrait",
        posting.take_back_returned,
        name="take_back_returned",
    ),
    path("candidats", records.records, name="records"),
    path("candidats/nouveau", records.new_record, name="new_record"),
    path("candidats/<int:candidate>", records.record, name="record"),
    path("candidats/<int:candidate>/code", codes.give_code, name="give_code"),
    path("candidats/<int:candidate>/modification", records.keep_record, name="keep_record"),
    path("candidats/<int:candidate>/donnees", copies.record_data, name="record_data"),
    path(
        "candidats/<int:candidate>/donnees/copie",
        copies.take_record_data,
        name="take_record_data",
    ),
    path("agents", listing.agents, name="agents"),
    path("agents/inviter", proposing.invite_agent, name="invite_agent"),
    path("agents/propositions/<int:proposal>", proposing.proposed_role, name="proposed_role"),
    path(
        "agents/propositions/<int:proposal>/approbation",
        proposing.approve_role,
        name="approve_role",
    ),
    path("agents/propositions/<int:proposal>/refus", proposing.refuse_role, name="refuse_role"),
    path("agents/propositions/<int:proposal>/retrait", proposing.drop_role, name="drop_role"),
    path("agents/<int:agent>/role", proposing.change_agent, name="change_agent"),
    path("agents/<int:agent>/fermeture", closing.close_agent, name="close_agent"),
    path("conservation", holding.holds, name="holds"),
    path("conservation/<int:hold>/levee", holding.release_hold, name="release_hold"),
    path("inscriptions/<str:number>/gel", holding.withhold, name="withhold"),
    path("messages", answering.unanswered, name="unanswered"),
    path("messages/modeles/<uuid:template>/oubli", writing.forget_template, name="forget_template"),
    path("journal", acts.all_acts, name="all_acts"),
    path("mails", mail_log.all_mails, name="all_mails"),
    path("mails/<int:message>/renvoi", mail_log.send_again, name="send_again"),
    path("reponses-refusees", failing.refused_answers_page, name="refused_answers"),
    path("publications", publishing.publications, name="publications"),
    path("publications/depot", depositing.deposit_many, name="deposit_many"),
    path("publications/<uuid:publication>", publishing.publication, name="publication"),
    path(
        "publications/<uuid:publication>/publication",
        publishing.publish_publication,
        name="publish_publication",
    ),
    path(
        "publications/<uuid:publication>/approbation",
        publishing.approve_publication,
        name="approve_publication",
    ),
    path(
        "publications/<uuid:publication>/refus-de-publier",
        publishing.refuse_publication,
        name="refuse_publication",
    ),
    path(
        "publications/<uuid:publication>/abandon",
        publishing.drop_publication,
        name="drop_publication",
    ),
    path(
        "publications/<uuid:publication>/retrait",
        publishing.withdraw_publication,
        name="withdraw_publication",
    ),
    path(
        "publications/<uuid:publication>/refus",
        publishing.publication_refusals,
        name="publication_refusals",
    ),
    path(
        "publications/<uuid:publication>/documents/<str:number>",
        publishing.prepared_document,
        name="prepared_document",
    ),
    path(
        "publications/<uuid:publication>/documents/<str:number>/pdf",
        publishing.prepared_pdf,
        name="prepared_pdf",
    ),
    path("inscriptions/<str:number>/academie", moving.move_registration, name="move_registration"),
    path("demandes", requests.listed, {"queue": requests.CHANGES}, name="change_requests"),
    path("demandes/<int:asked>", requests.read, {"queue": requests.CHANGES}, name="change_request"),
    path(
        "demandes/<int:asked>/prise",
        requests.assign,
        {"queue": requests.CHANGES},
        name="assign_request",
    ),
    path(
        "demandes/<int:asked>/acceptation",
        requests.accept,
        {"queue": requests.CHANGES},
        name="accept_request",
    ),
    path(
        "demandes/<int:asked>/refus",
        requests.refuse,
        {"queue": requests.CHANGES},
        name="refuse_request",
    ),
    path(
        "demandes/<int:asked>/piece",
        requests.proof,
        {"queue": requests.CHANGES},
        name="request_proof",
    ),
    path(
        "demandes-d-etat-civil",
        requests.listed,
        {"queue": requests.CORRECTIONS},
        name="correction_requests",
    ),
    path(
        "demandes-d-etat-civil/<int:asked>",
        requests.read,
        {"queue": requests.CORRECTIONS},
        name="correction_request",
    ),
    path(
        "demandes-d-etat-civil/<int:asked>/prise",
        requests.assign,
        {"queue": requests.CORRECTIONS},
        name="assign_correction",
    ),
    path(
        "demandes-d-etat-civil/<int:asked>/acceptation",
        requests.accept,
        {"queue": requests.CORRECTIONS},
        name="accept_correction",
    ),
    path(
        "demandes-d-etat-civil/<int:asked>/refus",
        requests.refuse,
        {"queue": requests.CORRECTIONS},
        name="refuse_correction",
    ),
    path(
        "demandes-d-etat-civil/<int:asked>/piece",
        requests.proof,
        {"queue": requests.CORRECTIONS},
        name="correction_proof",
    ),
    path("doublons", doubles.doubles, name="doubles"),
    path("doublons/<int:double>", doubles.double, name="double"),
    path("doublons/<int:double>/proposition", doubles.propose_merge, name="propose_merge"),
    path("doublons/<int:double>/approbation", doubles.approve_merge, name="approve_merge"),
    path("doublons/<int:double>/refus", doubles.refuse_merge, name="refuse_merge"),
    path("doublons/<int:double>/retrait", doubles.drop_merge, name="drop_merge"),
    path("doublons/<int:double>/distinction", doubles.tell_apart, name="tell_apart"),
    path("doublons/<int:double>/reprise", doubles.compare_again, name="compare_again"),
    path("bandeau", announcing.banner, name="banner"),
    path("bandeau/retrait", announcing.end_banner, name="end_banner"),
    path("statistiques", statistics.statistics, name="statistics"),
    path("statistiques/heures", statistics.hours, name="hours"),
    path("statistiques/saisies", statistics.begun, name="begun"),
    path("statistiques/pieces", statistics.verdicts, name="verdicts"),
    path("statistiques/amenagements", statistics.accommodation_delays, name="accommodation_delays"),
    path("statistiques/mails", statistics.troubles, name="troubles"),
    path("statistiques/<slug:page>/<slug:slug>.csv", statistics.table, name="statistics_table"),
    path("services", services.services, name="services"),
    path("services/prolongation", extending.extend_services, name="extend_services"),
    path("services/coordonnees", contacts.contacts, name="contacts"),
    path("services/coordonnees/<int:managing>", contacts.contact, name="contact"),
    path("services/<int:service>", services.service, name="service"),
    path("services/<int:service>/dates", services.move_service, name="move_service"),
    path("services/changements/<int:change>/retrait", services.drop_change, name="drop_change"),
    path(
        "services/changements/<int:change>/approbation",
        services.approve_change,
        name="approve_change",
    ),
    path("services/changements/<int:change>/refus", services.refuse_change, name="refuse_change"),
    path("reglementations", regulations.regulations, name="regulations"),
    path("reglementations/chargement", preparing.load, name="load_regulation"),
    path("reglementations/preparees/<uuid:prepared>", preparing.prepared, name="prepared"),
    path(
        "reglementations/preparees/<uuid:prepared>/fichier",
        preparing.prepared_file,
        name="prepared_file",
    ),
    path("reglementations/preparees/<uuid:prepared>/essai", trying.ask, name="try_regulation"),
    path("reglementations/essais/<uuid:trial>", trying.trial, name="trial"),
    path(
        "reglementations/preparees/<uuid:prepared>/mise-en-vigueur",
        preparing.enforce,
        name="enforce_regulation",
    ),
    path(
        "reglementations/preparees/<uuid:prepared>/retrait", preparing.drop, name="drop_regulation"
    ),
    path("reglementations/<slug:domain>/<slug:session>", regulations.regulation, name="regulation"),
    path(
        "reglementations/<slug:domain>/<slug:session>/versions/<int:version>",
        regulations.version,
        name="regulation_version",
    ),
    path(
        "reglementations/<slug:domain>/<slug:session>/versions/<int:version>/fichiers/<int:rank>",
        regulations.file,
        name="regulation_file",
    ),
    path(
        "reglementations/<slug:domain>/<slug:session>/versions/<int:version>/reprise",
        regulations.load_again,
        name="load_regulation_again",
    ),
]
