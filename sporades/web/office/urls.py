"""The office's addresses, under `/gestion/`."""

from django.urls import path

from sporades.web.office import (
    announcing,
    batching,
    correcting,
    deciding,
    exporting,
    files,
    home,
    searching,
    services,
)

app_name = "office"

urlpatterns = [
    path("", home.home, name="home"),
    path("inscriptions", searching.search, name="search"),
    path("inscriptions/trouver", searching.find, name="find"),
    path("inscriptions/recherches/<uuid:search>", searching.results, name="found"),
    path("inscriptions/recherches/<uuid:search>/export", exporting.export, name="export"),
    path("inscriptions/recherches/<uuid:search>/lot", batching.batch, name="batch"),
    path("inscriptions/lots", batching.batches, name="batches"),
    path("inscriptions/lots/<uuid:batch>", batching.one_batch, name="one_batch"),
    path("inscriptions/lots/<uuid:batch>/refus", batching.batch_refusals, name="batch_refusals"),
    path("inscriptions/lots/<uuid:batch>/lancement", batching.launch_batch, name="launch_batch"),
    path("inscriptions/lots/<uuid:batch>/arret", batching.stop_batch, name="stop_batch"),
    path("inscriptions/lots/<uuid:batch>/reprise", batching.resume_batch, name="resume_batch"),
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
    path("inscriptions/<str:number>", files.registration, name="registration"),
    path("inscriptions/<str:number>/historique", files.history, name="history"),
    path("inscriptions/<str:number>/historique/<int:version>", files.version, name="version"),
    path("inscriptions/<str:number>/documents", files.documents, name="documents"),
    path("inscriptions/<str:number>/documents/<slug:kind>/pdf", files.pdf, name="document_pdf"),
    path("inscriptions/<str:number>/mails", files.mails, name="mails"),
    path("inscriptions/<str:number>/notes", files.notes, name="notes"),
    path("inscriptions/<str:number>/notes/ajout", files.write_note, name="write_note"),
    path("inscriptions/<str:number>/journal", files.journal, name="journal"),
    path("inscriptions/<str:number>/etat", deciding.decide, name="decide"),
    path("inscriptions/<str:number>/etat-civil", correcting.correct, name="correct_identity"),
    path(
        "inscriptions/<str:number>/recapitulatif-signe",
        deciding.receive_summary,
        name="receive_summary",
    ),
    path("bandeau", announcing.banner, name="banner"),
    path("bandeau/retrait", announcing.end_banner, name="end_banner"),
    path("services", services.services, name="services"),
    path("services/<int:service>", services.service, name="service"),
    path("services/<int:service>/dates", services.move_service, name="move_service"),
    path("services/changements/<int:change>/retrait", services.drop_change, name="drop_change"),
    path(
        "services/changements/<int:change>/approbation",
        services.approve_change,
        name="approve_change",
    ),
    path("services/changements/<int:change>/refus", services.refuse_change, name="refuse_change"),
]
