"""The candidate's addresses."""

from django.urls import path

from sporades.web.candidate import (
    asking,
    choosing,
    completing,
    documents,
    history,
    home,
    leaving,
    messaging,
    own_data,
    registrations,
    requesting,
    wizard,
)
from sporades.web.candidate.accommodations import (
    choices,
    contesting,
    following,
    health,
    sending,
    signing,
    taking_up,
    withdrawing,
)
from sporades.web.candidate.pieces import drawer, providing, uploads

app_name = "candidate"

urlpatterns = [
    path("accueil", home.home, name="home"),
    path("m-inscrire", choosing.choose, name="choose"),
    path("m-inscrire/<str:domain>/<str:session>", choosing.choose_exam, name="choose_exam"),
    path(
        "m-inscrire/<str:domain>/<str:session>/<str:exam>",
        choosing.choose_academy,
        name="choose_academy",
    ),
    path(
        "m-inscrire/<str:domain>/<str:session>/<str:exam>/<str:speciality>",
        choosing.choose_academy,
        name="choose_academy_for",
    ),
    path("inscription/<uuid:draft>", wizard.resume, name="draft"),
    path("inscription/<uuid:draft>/recapitulatif", wizard.recap, name="recap"),
    path("inscription/<uuid:draft>/est-elle-prete", wizard.ready, name="ready"),
    path("inscription/<uuid:draft>/differences", wizard.differences, name="differences"),
    path("inscription/<uuid:draft>/academie", wizard.move, name="move"),
    path("inscription/<uuid:draft>/abandon", wizard.abandon, name="abandon"),
    path("inscription/<uuid:draft>/demande", requesting.send, name="send_request"),
    path("inscription/<uuid:draft>/<slug:section>", wizard.tab, name="tab"),
    path("inscription/<uuid:draft>/<slug:section>/saisie", wizard.autosave, name="autosave"),
    path("mes-inscriptions", registrations.registrations, name="registrations"),
    path("mes-inscriptions/<str:number>", registrations.registration, name="registration"),
    path("mes-inscriptions/<str:number>/numero", registrations.number, name="number"),
    path("mes-inscriptions/<str:number>/recapitulatif", registrations.summary, name="summary"),
    path(
        "mes-inscriptions/<str:number>/suis-je-inscrit",
        registrations.registered,
        name="registered",
    ),
    path("mes-inscriptions/<str:number>/modifier", registrations.amend, name="amend"),
    path("mes-inscriptions/<str:number>/demande", requesting.begin, name="request_change"),
    path(
        "mes-inscriptions/<str:number>/demande/reprise",
        requesting.take_back,
        name="take_back_request",
    ),
    path(
        "mes-inscriptions/<str:number>/demande/complement",
        completing.complete_request,
        name="complete_request",
    ),
    path("mes-inscriptions/<str:number>/desinscription", leaving.withdraw, name="withdraw"),
    path("mes-inscriptions/<str:number>/reprendre", leaving.again, name="again"),
    path("mes-inscriptions/<str:number>/consentements", registrations.consents, name="consents"),
    path("mes-inscriptions/<str:number>/messages", messaging.thread, name="thread"),
    path(
        "mes-inscriptions/<str:number>/amenagement",
        following.accommodation,
        name="accommodation",
    ),
    path(
        "mes-inscriptions/<str:number>/amenagement/mesures",
        choices.measures,
        name="accommodation_measures",
    ),
    path(
        "mes-inscriptions/<str:number>/amenagement/epreuves",
        choices.papers,
        name="accommodation_papers",
    ),
    path(
        "mes-inscriptions/<str:number>/amenagement/signature",
        signing.sign,
        name="accommodation_sign",
    ),
    path(
        "mes-inscriptions/<str:number>/amenagement/envoi",
        sending.send,
        name="accommodation_send",
    ),
    path(
        "mes-inscriptions/<str:number>/amenagement/reprise",
        sending.take_up,
        name="accommodation_take_up",
    ),
    path(
        "mes-inscriptions/<str:number>/amenagement/telle-qu-envoyee",
        sending.keep_as_sent,
        name="accommodation_keep_as_sent",
    ),
    path(
        "mes-inscriptions/<str:number>/amenagement/retrait",
        withdrawing.withdraw,
        name="accommodation_withdraw",
    ),
    path(
        "mes-inscriptions/<str:number>/amenagement/recours",
        contesting.contest,
        name="accommodation_contest",
    ),
    path(
        "mes-inscriptions/<str:number>/amenagement/recours/retrait",
        contesting.take_back,
        name="accommodation_contest_back",
    ),
    path("mes-inscriptions/<str:number>/pieces", providing.evidence, name="evidence"),
    path("mes-inscriptions/<str:number>/pieces/<str:piece>", providing.provide, name="provide"),
    path(
        "mes-inscriptions/<str:number>/pieces/<str:piece>/fichier",
        providing.file,
        name="evidence_file",
    ),
    path("mes-inscriptions/<str:number>/sante", health.health, name="health"),
    path("mes-inscriptions/<str:number>/sante/<slug:kind>", health.confide, name="confide"),
    path(
        "mes-inscriptions/<str:number>/sante/reprise/<str:former>",
        taking_up.take_up,
        name="take_up_health",
    ),
    path(
        "mes-inscriptions/<str:number>/sante/papiers/<uuid:paper_id>",
        health.file,
        name="health_file",
    ),
    path(
        "mes-inscriptions/<str:number>/sante/papiers/<uuid:paper_id>/retrait",
        health.take_back,
        name="take_back_paper",
    ),
    path("mon-porte-documents", drawer.drawer, name="drawer"),
    path("mon-porte-documents/<int:kept>/fichier", drawer.file, name="drawer_file"),
    path("mon-porte-documents/<int:kept>/nom", drawer.label, name="name_file"),
    path("mon-porte-documents/<int:kept>/suppression", drawer.drop, name="drop_file"),
    path("envois", uploads.uploads, name="uploads"),
    path("envois/<uuid:upload>", uploads.upload, name="upload"),
    path("mes-inscriptions/<str:number>/historique", history.history, name="history"),
    path(
        "mes-inscriptions/<str:number>/historique/<int:version>",
        history.version,
        name="version",
    ),
    path("mon-compte/correction", asking.ask_correction, name="ask_correction"),
    path(
        "mon-compte/correction/complement",
        completing.complete_correction,
        name="complete_correction",
    ),
    path(
        "mon-compte/correction/reprise",
        asking.take_back_correction,
        name="take_back_correction",
    ),
    path("mes-donnees", own_data.my_data, name="my_data"),
    path("mes-donnees/copie", own_data.take, name="take_data"),
    path("mes-documents", documents.documents, name="documents"),
    path("mes-documents/<str:number>", documents.folder, name="folder"),
    path("mes-documents/<str:number>/<slug:kind>", documents.document, name="document"),
    path("mes-documents/<str:number>/<slug:kind>/pdf", documents.pdf, name="document_pdf"),
]
