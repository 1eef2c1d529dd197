from django.db import migrations, models

# What was sent until now is taken to have been asked for from the first: nobody is refused it.
# « sat » is empty: which épreuves were sat then is not known, so none of them is an addition.
FILL = """
UPDATE accommodations_case AS sent SET received = jsonb_build_object(
    CASE sent.late_reason WHEN '' THEN 'in_time' ELSE 'late' END,
    jsonb_build_object('sat', '[]'::jsonb, 'wishes', asked.wishes)
)
FROM (
    SELECT one.id, COALESCE(
        (
            SELECT jsonb_agg(jsonb_build_array(wish -> 0, wish -> 1, wish -> 2))
            FROM jsonb_array_elements(one.as_sent -> 'wishes') AS wish
        ),
        (
            SELECT jsonb_agg(
                jsonb_build_array(measure.code, measure.papers, measure.precision)
                ORDER BY measure.place
            )
            FROM accommodations_askedmeasure AS measure WHERE measure.case_id = one.id
        ),
        '[]'::jsonb
    ) AS wishes
    FROM accommodations_case AS one WHERE one.first_asked_at IS NOT NULL
) AS asked
WHERE asked.id = sent.id
"""


class Migration(migrations.Migration):
    dependencies = [("accommodations", "0013_former_doctors_and_opinions_given_again")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="received",
            field=models.JSONField(blank=True, null=True, verbose_name="telle qu'elle a été reçue"),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
