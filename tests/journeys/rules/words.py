"""What the page says in more than one scenario."""

LOST_DISPENSATION = (
    "Mathématiques (U2), Statut : Aucune dispense n'est possible pour cette épreuve. "
    "Ce qui en dispense : « Titulaire du baccalauréat ». "
    "Choisissez un autre statut, ou corrigez le diplôme présenté."
)
