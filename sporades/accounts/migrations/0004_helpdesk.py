"""Who answers the telephone has a role of their own."""

from django.db import migrations, models

ROLES = [
    ("manager", "Gestionnaire"),
    ("head", "Chef de service"),
    ("administrator", "Administrateur"),
    ("auditor", "Auditeur"),
    ("helpdesk", "Accueil"),
    ("doctor", "Médecin désigné"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_sign_ins_begun"),
    ]

    operations = [
        migrations.AlterField(
            model_name="membership",
            name="role",
            field=models.CharField(choices=ROLES, max_length=20, verbose_name="rôle"),
        ),
        migrations.AlterField(
            model_name="roleproposal",
            name="role",
            field=models.CharField(choices=ROLES, max_length=20, verbose_name="rôle"),
        ),
    ]
