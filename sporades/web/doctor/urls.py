"""The doctor's addresses, under `/medecin/`."""

from django.urls import path

from sporades.web.doctor import cases, finding, guide, opinions, papers, remarks

app_name = "doctor"

urlpatterns = [
    path("", cases.home, name="home"),
    path("recherche", finding.find, name="find"),
    path("guide", guide.guide, name="guide"),
    path("guide/<slug:part>", guide.guide, name="guide_part"),
    path("demandes/<int:case>", opinions.case, name="case"),
    path("demandes/<int:case>/prise", cases.take, name="take"),
    path("demandes/<int:case>/saisie", opinions.keep, name="keep"),
    path("demandes/<int:case>/signature", opinions.sign, name="sign"),
    path("demandes/<int:case>/plan", opinions.attest, name="attest"),
    path("demandes/<int:case>/papiers/<uuid:paper_id>", papers.file, name="paper"),
    path(
        "demandes/<int:case>/papiers/<uuid:paper_id>/pages/<int:page>",
        papers.page,
        name="paper_page",
    ),
    path("demandes/<int:case>/commentaires", remarks.remarks, name="remarks"),
    path("demandes/<int:case>/complement", remarks.ask, name="ask"),
    path("demandes/<int:case>/restitution", cases.give_back, name="give_back"),
]
