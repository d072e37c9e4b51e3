"""The 42 columns of GBVIMS's Incident Recorder, and what may stand in them.

Order and English as Primero's exporter has them, French as its `incident_recorder/fr.yml` has it, mistakes included; values as its forms have them
(github.com/primeroIMS/primero at 4b95bf9). Which columns stay empty, and why, is said in docs/figures.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from msgspec import Struct

RecorderLanguage: TypeAlias = Literal["fr", "en"]


class RecorderWords(Struct, frozen=True):
    """A head or a value in both languages."""

    en: str
    fr: str

    def in_(self, language: RecorderLanguage) -> str:
        return self.fr if language == "fr" else self.en


class RecorderColumn(Struct, frozen=True):
    """One column. `of`: the question whose answer stands in it, None where it is filled otherwise, or never."""

    head: RecorderWords
    of: str | None = None


YES: Final = RecorderWords("Yes", "Oui")
NO: Final = RecorderWords("No", "Non")
OTHER: Final = RecorderWords("Other", "Autre")
AGES: Final = {
    **{
        code: RecorderWords(f"Age {code.replace('-', ' - ')}", f"âge {code.replace('-', ' - ')}")
        for code in ("0-11", "12-17", "18-25", "26-40", "41-60")
    },
    "61": RecorderWords("61 & Older", "61 et plus"),
}
TYPES: Final = {
    "rape": RecorderWords("Rape", "Viol / Pénétration"),
    "sexual_assault": RecorderWords("Sexual Assault", "Agression sexuelle"),
    "physical_assault": RecorderWords("Physical Assault", "Agression physique"),
    "forced_marriage": RecorderWords("Forced Marriage", "Mariage forcé"),
    "denial": RecorderWords("Denial of Resources, Opportunities or Services", "Déni de ressources, d'opportunités ou de services"),
    "psychological": RecorderWords("Psychological / Emotional Abuse", "Violence psychologique / Emotionnelle"),
    "non_gbv": RecorderWords("Non-GBV", "Non VBG"),
}
VALUES: Final[Mapping[str, Mapping[str, RecorderWords]]] = {
    "sex": {"f": RecorderWords("F", "F"), "m": RecorderWords("M", "M")},
    "civil": {
        "single": RecorderWords("Single", "Célibataire"),
        "married": RecorderWords("Married/Cohabitating", "Mariée / En concubinage"),
        "separated": RecorderWords("Divorced/Separated", "Divorcée / Séparée"),
        "widowed": RecorderWords("Widowed", "Veuve"),
    },
    # "Yes" is no value of it: which disability is not asked.
    "disability": {"no": NO},
    "time": {
        "morning": RecorderWords("Morning", "Matin"),
        "afternoon": RecorderWords("Afternoon", "Après-midi"),
        "night": RecorderWords("Evening/Night", "Soir / Nuit"),
        "unknown": RecorderWords("Unknown/Not Applicable", "Inconnue/ Sans objet"),
    },
    "place": {
        "home": RecorderWords("Client's Home", "Domicile de la survivante"),
        "doer_home": RecorderWords("Perpetrator's Home", "Domicile de l'auteur"),
        "road": RecorderWords("Road", "Route"),
        "school": RecorderWords("School", "Ecole"),
        "market": RecorderWords("Market", "Marché"),
        "bush": RecorderWords("Bush/Forest", "Brousse / Forêt"),
        "field": RecorderWords("Garden/Cultivated Field", "Jardin/ Champs cultivé"),
        "water": RecorderWords("Streamside", "Ruisseau"),
        "latrines": RecorderWords("Latrine", "Latrines"),
        "work": OTHER,
        "other": OTHER,
    },
    # Others need the country's numbered list, which nobody was found to have.
    "practice": {"none": NO},
    "goods": {"yes": YES, "no": NO},
    "abduction": {
        "none": RecorderWords("None", "Aucun"),
        "forced_recruitment": RecorderWords("Forced Conscription", "Enlèvement / Recrutement forcé par les groupes armés"),
        "trafficking": RecorderWords("Trafficked", "Trafic humain / Traite"),
        "other": RecorderWords("Other Abduction/Kidnapping", "Autre enlèvement"),
    },
    # A bare yes does not say to whom.
    "reported": {"no": NO, "other": RecorderWords("Yes-Non GBVIMS Org / Agency", "Oui - Non utilisateur du GBVIMS")},
    "earlier": {"yes": YES, "no": NO},
    "doers": {
        "1": RecorderWords("1", "1"),
        "2": RecorderWords("2", "2"),
        "3": RecorderWords("3", "3"),
        "more": RecorderWords("More than 3", "Plus de 3"),
    },
    "doer_age": AGES,
    "relation": {
        "partner": RecorderWords("Intimate Partner / Former Partner", "Partenaire intime / Ex-partenaire"),
        "guardian": RecorderWords("Primary Caregiver", "Tuteur du/de la survivante"),
        "family": RecorderWords("Family other than spouse or caregiver", "Autre membre de la famille"),
        "employer": RecorderWords("Supervisor / Employer", "Superviseur / Employeur"),
        "classmate": RecorderWords("Schoolmate", "Camarade de classe"),
        "teacher": RecorderWords("Teacher / School Official", "Enseignant / Responsable scolaire"),
        "provider": RecorderWords("Service Provider", "Prestataire de service"),
        "cohabitant": RecorderWords("Cotenant / Housemate", "Colocataire"),
        "neighbour": RecorderWords("Family Friend/Neighbor", "Ami de la famille / voisin"),
        "displaced": RecorderWords("Other refugee / IDP / Returnee", "Autre réfugié / PDI / Rapatrié"),
        "community": RecorderWords("Other resident community member", "Autre membre de la communauté résidente"),
        "other": RecorderWords("Other", "Autre lien"),
        "none": RecorderWords("No relation", "Sans lien"),
        "unknown": RecorderWords("Unknown", "Inconnu"),
    },
}
"""By question and code; what is not here leaves the cell empty."""

COLUMNS: Final = (
    RecorderColumn(RecorderWords("INCIDENT ID", "ID de l'incident")),
    RecorderColumn(RecorderWords("SURVIVOR CODE", "Code du survivant")),
    RecorderColumn(RecorderWords("CASE MANAGER CODE", "Code du gestionnaire de cas")),
    RecorderColumn(RecorderWords("DATE OF INTERVIEW", "Date de l'interview")),
    RecorderColumn(RecorderWords("DATE OF INCIDENT", "Date de l'incident")),
    RecorderColumn(RecorderWords("DATE OF BIRTH", "Date de naissance")),
    RecorderColumn(RecorderWords("SEX", "Sexe"), "sex"),
    RecorderColumn(RecorderWords("ETHNICITY", "Ethnie")),
    RecorderColumn(RecorderWords("COUNTRY OF ORIGIN", "Pays d'origine")),
    RecorderColumn(RecorderWords("CIVIL / MARITAL STATUS", "Situation civil / matrimoniale"), "civil"),
    RecorderColumn(RecorderWords("DISPLACEMENT STATUS AT REPORT", "Statut de déplacement au moment de la déclaration")),
    RecorderColumn(RecorderWords("PERSON WITH DISABILITY?", "Personne vivant avec un handicap ?"), "disability"),
    RecorderColumn(RecorderWords("UNACCOMPANIED OR SEPARATED CHILD?", "Enfant non accompagné ou séparé ?")),
    RecorderColumn(RecorderWords("STAGE OF DISPLACEMENT AT INCIDENT", "Etape du déplacement au moment de l'incident")),
    RecorderColumn(RecorderWords("INCIDENT TIME OF DAY", "Moment de l'incident"), "time"),
    RecorderColumn(RecorderWords("INCIDENT LOCATION", "Lieu de l'incident"), "place"),
    RecorderColumn(RecorderWords("INCIDENT COUNTY", "Pays où a eu lieu l'incident")),
    RecorderColumn(RecorderWords("INCIDENT DISTRICT", "District où a eu lieu l'incident")),
    RecorderColumn(RecorderWords("INCIDENT CAMP / TOWN", "Ville où a eu lieu l'incident")),
    RecorderColumn(RecorderWords("GBV TYPE", "Type de violence basé sur le genre")),
    RecorderColumn(RecorderWords("HARMFUL TRADITIONAL PRACTICE", "Pratique traditionnel néfaste"), "practice"),
    RecorderColumn(
        RecorderWords("MONEY, GOODS, BENEFITS AND / OR SERVICES EXCHANGED ?", "Argent, biens, bénéfice ou services échangés ?"), "goods"
    ),
    RecorderColumn(RecorderWords("TYPE OF ABDUCTION", "Type d'enlèvement"), "abduction"),
    RecorderColumn(RecorderWords("PREVIOUSLY REPORTED THIS INCIDENT?", "a précédemment rapporté cet Incident?"), "reported"),
    RecorderColumn(RecorderWords("PREVIOUS GBV INCIDENTS?", "Précédent incident de violences basées sur le genre"), "earlier"),
    RecorderColumn(RecorderWords("No. ALLEGED PRIMARY PERPETRATOR(S)", "Nombre de présumé(s) auteurs primaires"), "doers"),
    RecorderColumn(RecorderWords("ALLEGED PERPETRATOR SEX", "Sexe du présumé auteur")),
    RecorderColumn(RecorderWords("PREVIOUS INCIDENT WITH THIS PERPETRATOR", "Précédent incident avec cet auteur")),
    RecorderColumn(RecorderWords("ALLEGED PERPETRATOR AGE GROUP", "Tranche d'âge du présumé auteur"), "doer_age"),
    RecorderColumn(
        RecorderWords("ALLEGED PERPETRATOR - SURVIVOR RELATIONSHIP", "Relation entre la survivante et le présumé auteur"), "relation"
    ),
    RecorderColumn(RecorderWords("ALLEGED PERPETRATOR OCCUPATION", "Profession du présumé auteur")),
    RecorderColumn(RecorderWords("REFERRED TO YOU FROM?", "Référé par")),
    RecorderColumn(RecorderWords("SAFE HOUSE / SHELTER", "Hébergement sûr / Abris")),
    RecorderColumn(RecorderWords("HEALTH / MEDICAL SERVICES", "Soins médicaux")),
    RecorderColumn(RecorderWords("PSYCHOSOCIAL SERVICES", "Appui psychosocial")),
    RecorderColumn(RecorderWords("WANTS LEGAL ACTION?", "Besoin d'une action légale")),
    RecorderColumn(RecorderWords("LEGAL ASSISTANCE SERVICES", "Service d'assistance légale")),
    RecorderColumn(RecorderWords("POLICE / OTHER SECURITY ACTOR", "Police/ autres acteur de la sécurité")),
    RecorderColumn(RecorderWords("LIVELIHOODS PROGRAM", "Programme d'appui aux moyens de subsistances")),
    RecorderColumn(
        RecorderWords("CHILD PROTECTION SERVICES / EDUCATION SERVICES", "Services Protection de l'enfance et d'éducation"),
    ),
    RecorderColumn(RecorderWords("CONSENT GIVEN", "Consentement obtenu")),
    RecorderColumn(RecorderWords("REPORTING AGENCY CODE", "Code de la structure rapportant le cas")),
)
MENU_OF: Final = (2, 7, 15, 16, 17, 18)
"""Columns whose lists the second sheet has: caseworker, ethnicity, location, county, district, camp. It goes out with its heads alone."""
