"""The Incident Recorder's file, read back by whoever knows nothing but the published list of columns."""

from __future__ import annotations

import io
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from hotline.content.figure_files.workbooks import recorder_as_xlsx
from hotline.engine.casework.incidents import QUESTIONS, REGION, UNKNOWN
from hotline.ports.desk.cases import Incident
from hotline.service.desk.figures.files.recorder import heads, menu_heads, rows

AT = datetime(2027, 5, 12)  # noqa: DTZ001 -- workbooks know no zone
MARCH_9 = 20_887
"""2027-03-09."""
PUBLISHED = """\
A|INCIDENT ID|ID de l'incident
B|SURVIVOR CODE|Code du survivant
C|CASE MANAGER CODE|Code du gestionnaire de cas
D|DATE OF INTERVIEW|Date de l'interview
E|DATE OF INCIDENT|Date de l'incident
F|DATE OF BIRTH|Date de naissance
G|SEX|Sexe
H|ETHNICITY|Ethnie
I|COUNTRY OF ORIGIN|Pays d'origine
J|CIVIL / MARITAL STATUS|Situation civil / matrimoniale
K|DISPLACEMENT STATUS AT REPORT|Statut de déplacement au moment de la déclaration
L|PERSON WITH DISABILITY?|Personne vivant avec un handicap ?
M|UNACCOMPANIED OR SEPARATED CHILD?|Enfant non accompagné ou séparé ?
N|STAGE OF DISPLACEMENT AT INCIDENT|Etape du déplacement au moment de l'incident
O|INCIDENT TIME OF DAY|Moment de l'incident
P|INCIDENT LOCATION|Lieu de l'incident
Q|INCIDENT COUNTY|Pays où a eu lieu l'incident
R|INCIDENT DISTRICT|District où a eu lieu l'incident
S|INCIDENT CAMP / TOWN|Ville où a eu lieu l'incident
T|GBV TYPE|Type de violence basé sur le genre
U|HARMFUL TRADITIONAL PRACTICE|Pratique traditionnel néfaste
V|MONEY, GOODS, BENEFITS AND / OR SERVICES EXCHANGED ?|Argent, biens, bénéfice ou services échangés ?
W|TYPE OF ABDUCTION|Type d'enlèvement
X|PREVIOUSLY REPORTED THIS INCIDENT?|a précédemment rapporté cet Incident?
Y|PREVIOUS GBV INCIDENTS?|Précédent incident de violences basées sur le genre
Z|No. ALLEGED PRIMARY PERPETRATOR(S)|Nombre de présumé(s) auteurs primaires
AA|ALLEGED PERPETRATOR SEX|Sexe du présumé auteur
AB|PREVIOUS INCIDENT WITH THIS PERPETRATOR|Précédent incident avec cet auteur
AC|ALLEGED PERPETRATOR AGE GROUP|Tranche d'âge du présumé auteur
AD|ALLEGED PERPETRATOR - SURVIVOR RELATIONSHIP|Relation entre la survivante et le présumé auteur
AE|ALLEGED PERPETRATOR OCCUPATION|Profession du présumé auteur
AF|REFERRED TO YOU FROM?|Référé par
AG|SAFE HOUSE / SHELTER|Hébergement sûr / Abris
AH|HEALTH / MEDICAL SERVICES|Soins médicaux
AI|PSYCHOSOCIAL SERVICES|Appui psychosocial
AJ|WANTS LEGAL ACTION?|Besoin d'une action légale
AK|LEGAL ASSISTANCE SERVICES|Service d'assistance légale
AL|POLICE / OTHER SECURITY ACTOR|Police/ autres acteur de la sécurité
AM|LIVELIHOODS PROGRAM|Programme d'appui aux moyens de subsistances
AN|CHILD PROTECTION SERVICES / EDUCATION SERVICES|Services Protection de l'enfance et d'éducation
AO|CONSENT GIVEN|Consentement obtenu
AP|REPORTING AGENCY CODE|Code de la structure rapportant le cas"""
"""The list that a reader is built from: letter, English, French."""
ACCEPTED = """\
G|F, M|F, M
J|Single, Married/Cohabitating, Divorced/Separated, Widowed|Célibataire, Mariée / En concubinage, Divorcée / Séparée, Veuve
L|No|Non
O|Morning, Afternoon, Evening/Night, Unknown/Not Applicable|Matin, Après-midi, Soir / Nuit, Inconnue/ Sans objet
P|Client's Home, Perpetrator's Home, Road, School, Market, Bush/Forest, Garden/Cultivated Field, Streamside, Latrine, Other|Domicile de la survivante, \
Domicile de l'auteur, Route, Ecole, Marché, Brousse / Forêt, Jardin/ Champs cultivé, Ruisseau, Latrines, Autre
T|Rape; Sexual Assault; Physical Assault; Forced Marriage; Denial of Resources, Opportunities or Services; Psychological / Emotional Abuse; Non-GBV|\
Viol / Pénétration; Agression sexuelle; Agression physique; Mariage forcé; Déni de ressources, d'opportunités ou de services; \
Violence psychologique / Emotionnelle; Non VBG
U|No|Non
V|Yes, No|Oui, Non
W|None, Forced Conscription, Trafficked, Other Abduction/Kidnapping|Aucun, Enlèvement / Recrutement forcé par les groupes armés, \
Trafic humain / Traite, Autre enlèvement
X|No, Yes-Non GBVIMS Org / Agency|Non, Oui - Non utilisateur du GBVIMS
Y|Yes, No|Oui, Non
Z|1, 2, 3, More than 3|1, 2, 3, Plus de 3
AC|Age 0 - 11, Age 12 - 17, Age 18 - 25, Age 26 - 40, Age 41 - 60, 61 & Older|âge 0 - 11, âge 12 - 17, âge 18 - 25, âge 26 - 40, âge 41 - 60, 61 et plus
AD|Intimate Partner / Former Partner, Primary Caregiver, Family other than spouse or caregiver, Supervisor / Employer, Schoolmate, \
Teacher / School Official, Service Provider, Cotenant / Housemate, Family Friend/Neighbor, Other refugee / IDP / Returnee, \
Other resident community member, Other, No relation, Unknown|Partenaire intime / Ex-partenaire, Tuteur du/de la survivante, \
Autre membre de la famille, Superviseur / Employeur, Camarade de classe, Enseignant / Responsable scolaire, Prestataire de service, Colocataire, \
Ami de la famille / voisin, Autre réfugié / PDI / Rapatrié, Autre membre de la communauté résidente, Autre lien, Sans lien, Inconnu
AO|Yes|Oui"""
"""What the published forms let stand in a column: letter, English, French. *More than 3* in French is ours."""
LETTERS = [line.split("|")[0] for line in PUBLISHED.splitlines()]
NEVER = {"B", "C", "E", "F", "H", "I", "K", "M", "N", "Q", "R", "S", "AA", "AB", "AE", "AF", "AP", *LETTERS[32:40]}
"""Columns that stay empty, whatever was answered: who she is, where, who counsels her, the other's sex and trade, her referrals."""
A_RAPE = {
    "penetration": "yes",
    "practice": "none",
    "goods": "no",
    "abduction": "none",
    "time": "night",
    "place": "doer_home",
    "region": "kidal",
    "age": "12-17",
    "sex": "f",
    "civil": "single",
    "displacement": "displaced",
    "disability": "no",
    "doers": "more",
    "relation": "neighbour",
    "doer_age": "61",
    "earlier": "yes",
    "reported": "no",
}


def incident(codes: dict[str, str], *, callback: str | None = None, figures: bool = True, day: int = MARCH_9) -> Incident:
    return Incident("f" * 32, callback, day, codes, figures)


def read_back(incidents: list[Incident], language: str = "fr") -> list[dict[str, object]]:
    """By the letters of the columns: the reader, who refuses a head that the list does not have in its place."""
    data = recorder_as_xlsx(heads(language), rows(incidents, language), menu_heads(language), AT)
    book = load_workbook(io.BytesIO(data))
    first, *others = book["Incident Data"].iter_rows(max_col=60)
    named = [line.split("|")[2 if language == "fr" else 1] for line in PUBLISHED.splitlines()]
    assert [*named, *[None] * (60 - len(named))] == [cell.value for cell in first]
    assert not [cell for row in others for cell in row if cell.data_type == "f"]
    return [dict(zip(LETTERS, [cell.value for cell in row], strict=False)) for row in others]


def test_a_row_in_french() -> None:
    """Every column that the codes fill says what the published forms say, and no other says anything."""
    (row,) = read_back([incident(A_RAPE)])
    assert {
        "A": 1,
        "D": datetime(2027, 3, 1),  # noqa: DTZ001
        "G": "F",
        "J": "Célibataire",
        "L": "Non",
        "O": "Soir / Nuit",
        "P": "Domicile de l'auteur",
        "T": "Viol / Pénétration",
        "U": "Non",
        "V": "Non",
        "W": "Aucun",
        "X": "Non",
        "Y": "Oui",
        "Z": "Plus de 3",
        "AC": "61 et plus",
        "AD": "Ami de la famille / voisin",
        "AO": "Oui",
    } == {letter: value for letter, value in row.items() if value is not None}


def test_a_row_in_english() -> None:
    """The same in the words of the English forms."""
    (row,) = read_back([incident({**A_RAPE, "doer_age": "26-40", "reported": "other", "abduction": "trafficking"})], "en")
    assert ("Rape", "Family Friend/Neighbor", "Age 26 - 40", "Yes-Non GBVIMS Org / Agency", "Trafficked", "More than 3", "Yes") == tuple(
        row[letter] for letter in ("T", "AD", "AC", "X", "W", "Z", "AO")
    )


def test_what_has_no_value_there_stays_empty() -> None:
    """A disability of no kind that they list, a practice that wants the country's numbers, a report that does not say to whom: nothing is made up."""
    (row,) = read_back([incident({**A_RAPE, "disability": "yes", "practice": "excision", "reported": "yes", "place": "unknown"})])
    assert [None] * 4 == [row[letter] for letter in ("L", "U", "X", "P")]


def test_whose_rows_leave() -> None:
    """Only who agreed that it counts, whose call is gone, whose type is known, and whom GBVIMS does not have."""
    open_ = {"penetration": "no", "age": "18-25"}
    found = read_back(
        [
            incident(A_RAPE),
            incident(A_RAPE, callback="c" * 32),
            incident(A_RAPE, figures=False),
            incident(A_RAPE, figures=False, callback="c" * 32),
            incident(open_),
            incident({**A_RAPE, "reported": "gbvims"}),
            incident({**A_RAPE, "penetration": "no", "physical": "yes"}),
        ]
    )
    assert ["Agression physique", "Viol / Pénétration"] == [row["T"] for row in found]
    assert [1, 2] == [row["A"] for row in found]


def test_the_order_tells_nothing() -> None:
    """The same incidents, in whatever order they were written down, are the same file."""
    two = [incident(A_RAPE), incident({**A_RAPE, "age": "61", "civil": "widowed"}, day=MARCH_9 - 40)]
    assert read_back(two) == read_back(two[::-1])


def test_the_second_sheet_has_heads_alone() -> None:
    """No name of a counselor, of a place or of a people travels in a list."""
    book = load_workbook(io.BytesIO(recorder_as_xlsx(heads("fr"), rows([incident(A_RAPE)], "fr"), menu_heads("fr"), AT)))
    assert ["Incident Data", "Menu Data"] == book.sheetnames
    assert 1 == book["Menu Data"].max_row
    assert (
        "Code du gestionnaire de cas,Ethnie,Lieu de l'incident,Pays où a eu lieu l'incident,District où a eu lieu l'incident"
        == ",".join(str(cell.value) for cell in book["Menu Data"][1][:5])
    )


def answers() -> st.SearchStrategy[dict[str, str]]:
    """Any answer to any question."""
    codes = {key: st.sampled_from((*(question.codes or ("kidal", "menaka")), UNKNOWN)) for key, question in QUESTIONS.items()}
    return st.fixed_dictionaries({}, optional=codes)


def accepted(language: str) -> dict[str, set[str]]:
    """By letter."""
    lines = (line.split("|") for line in ACCEPTED.splitlines())
    listed = {letter: french if language == "fr" else english for letter, english, french in lines}
    return {letter: {value.strip() for value in values.split(";" if ";" in values else ",")} for letter, values in listed.items()}


@settings(max_examples=15, deadline=None)
@given(st.lists(answers(), max_size=6), st.sampled_from(("fr", "en")))
def test_a_reader_of_the_published_list_accepts_every_row(given_: list[dict[str, str]], language: str) -> None:
    """Whatever was answered: each row has its number, its month, its type and the consent, and in no column anything but what the forms let stand there."""
    lists = accepted(language)
    found = read_back([incident(codes) for codes in given_], language)
    assert [*range(1, len(found) + 1)] == [row["A"] for row in found]
    for row in found:
        assert datetime(2027, 3, 1) == row["D"]  # noqa: DTZ001
        assert row["T"] is not None
        assert row["AO"] in lists["AO"]
        filled = {letter: value for letter, value in row.items() if value is not None and letter not in ("A", "D")}
        assert {} == {letter: value for letter, value in filled.items() if value not in lists.get(letter, ())}


@settings(max_examples=40, deadline=None)
@given(st.lists(answers(), max_size=4))
def test_no_forbidden_column_is_ever_filled(given_: list[dict[str, str]]) -> None:
    """Whatever was answered: no region, no displacement, no age of hers, no id, no day."""
    for row in rows([incident(codes) for codes in given_], "en"):
        named = dict(zip(LETTERS, row, strict=True))
        assert not [letter for letter in NEVER if named[letter] is not None]
        assert {named["D"].day} == {1}
        assert not {str(value) for value in row} & {"kidal", "menaka", "f" * 32, "Kidal", "Ménaka"}
    assert REGION in QUESTIONS
