"""The twelve acceptance scenarios and sixteen hard cases of the model, and the rules on two engines."""

from __future__ import annotations

import pytest
from derivation import Derived, derive

from kg.engine import RdflibEngine
from kg.rules import rule_files

KURSK = "rus-prk-2024-art-4-aid--PRK--RUS--2024-08-06-kursk-incursion"
IRAN_2025 = "rus-irn-2025-art-3-3-no-aid--RUS--IRN--2025-06-13-iran-war"
IRAN_2001 = "rus-irn-2001-art-3-no-aid--RUS--IRN--2025-06-13-iran-war"
ARMENIA = "cst-1992-art-4-aid--RUS--ARM--2022-09-13-armenia"
MUNICH = "sun-csk-1935-aid--SUN--CSK--1938-09-munich"
ITALY = "triple-1882-art-3-aid--ITA--AUH--1914-07-28-serbia"
TURKEY = "gbr-fra-tur-1939-art-2-aid--TUR--FRA--1940-06-10-italy"
DEMO = "demo-art-1-aid--{}--AAA--demo-1992-attack-on-AAA"
PARTICIPATION = 'participation:{} a sv:Participation ; sv:ofAgreement agreement:rus-irn-2025 ; sv:participant state:RUS ; sv:boundFrom "{}"^^xsd:date ; sv:rivalTo participation:rus-irn-2025-RUS .'


@pytest.fixture(scope="module")
def cases() -> Derived:
    return derive()


def test_1_kursk_performance_counts_only_from_entry_into_force(cases: Derived) -> None:
    assert cases(KURSK, "dueFrom") == {"2024-12-04"}
    assert cases(KURSK, "performedBy") == {"prk-troops-2025"}
    assert cases(KURSK, "beforeDuty") == {"prk-troops-2024-10"}
    assert (cases.status(KURSK), cases.verdict(KURSK)) == ("disputed", "honored")
    assert cases.activations("PRK--RUS--2024-08-06") == [KURSK]


def test_2_signed_is_not_in_force(cases: Derived) -> None:
    assert (cases.status(IRAN_2025), cases.verdict(IRAN_2025)) == ("notInForce", None)
    assert not cases(IRAN_2025, "boundDisputedBy"), "a rival date of July 2025 changes no answer for June"


def test_2_rival_date_for_both_makes_it_disputed() -> None:
    early = [('"2025-07-21"', '"2025-06-01"')]
    assert derive(edits=early, only="02*").status(IRAN_2025) == "notInForce", "one party's rival date does not bind the other"
    assert derive(edits=early, extra=PARTICIPATION.format("rr", "2025-06-01"), only="02*").status(IRAN_2025) == "disputed"


def test_3_help_to_the_attacked_breaks_no_duty_not_to_help_the_attacker(cases: Derived) -> None:
    assert (cases.status(IRAN_2001), cases.verdict(IRAN_2001)) == ("owed", "undetermined")
    assert cases(IRAN_2001, "allegedlyBrokenBy") == {"rus-intel-to-isr-alleged"}
    assert cases(IRAN_2001, "holdReason") == {"conductContested"}


def test_3_an_undenied_act_needs_two_publishers() -> None:
    undenied = [(r"characterization:rus-intel-denied [^\n]*\n", "\n")]
    one = derive(edits=undenied, only="02*")
    assert (one.verdict(IRAN_2001), one(IRAN_2001, "holdReason")) == ("undetermined", {"onePublisher"})
    second = "conduct:rus-intel-to-isr-alleged sv:hasSource source:second . source:second a sv:Source ; sv:publishedBy publisher:second ."
    assert derive(edits=undenied, extra=second, only="02*").verdict(IRAN_2001) == "breached"
    copy = second.replace("publisher:second", "publisher:copier ; sv:originatesFrom publisher:iran-international")
    assert derive(edits=undenied, extra=copy, only="02*").verdict(IRAN_2001) == "undetermined", "a copy of one report is not a second publisher"
    admitted = "characterization:adm a sv:Characterization ; sv:characterizes conduct:rus-intel-to-isr-alleged ; sv:as circumstance:occurred ; sv:holds true ; sv:claimedBy state:RUS ."
    assert derive(edits=undenied, extra=admitted, only="02*").verdict(IRAN_2001) == "breached"


def test_4_a_part_of_the_war_activates_nothing_of_its_own(cases: Derived) -> None:
    assert not cases.activations("2025-06-22-us-strikes")


def test_4_a_request_about_a_part_counts_for_the_whole() -> None:
    asked = 'conduct:irn-asks a sv:Action ; sv:actor state:IRN ; sv:recipient state:RUS ; sv:behavior behavior:request ; sv:beganOn "2025-06-22"^^xsd:date ; sv:inResponseTo occurrence:2025-06-22-us-strikes ; sv:hasSource source:oped .'
    on_request = [(r"(obligation:rus-irn-2001-art-3-no-aid a sv:NegativeObligation)", r"\1 ; sv:onRequest true")]
    assert derive(edits=on_request, only="02*").status(IRAN_2001) == "open"
    found = derive(edits=on_request, extra=asked, only="02*")
    assert found.status(IRAN_2001) == "owed"
    assert found(IRAN_2001, "dueFrom") == {"2025-06-22"}


def test_5_eighteen_allies_and_no_credit_across_treaties(cases: Derived) -> None:
    nato = cases.activations("nato-1949-art-5")
    assert len(nato) == 18
    assert {cases.verdict(activation) for activation in nato} == {"honored"}
    assert cases.verdict("teu-42-7-aid--DEU--FRA--2015-11-13-paris") == "honored"


def test_5_no_finding_no_armed_attack() -> None:
    found = derive(edits=[(r"characterization:nac-2001-10-02 [^\n]*\n", "\n")], only="04*")
    assert not found.activations("nato-1949-art-5")


def test_6_csto_without_request(cases: Derived) -> None:
    five = [f"cst-1992-art-4-aid--{party}--RUS--2024-08-06-kursk-incursion" for party in ("ARM", "BLR", "KAZ", "KGZ", "TJK")]
    assert {(cases.status(a), cases.verdict(a)) for a in five} == {("notTriggered", "notTriggered")}
    silent = derive(edits=[(r"conduct:rus-no-request-csto [^\n]*\n[^\n]*\n", "\n")], only="0[15]*")
    assert {(silent.status(a), silent.verdict(a)) for a in five} == {("open", "undetermined")}, "never unhonored without a request"


def test_7_armenia_2022_contested_on_every_side(cases: Derived) -> None:
    assert (cases.status(ARMENIA), cases.verdict(ARMENIA)) == ("disputed", "undetermined")
    assert cases(ARMENIA, "statusReason") == {"armedAttack"}
    undenied = derive(edits=[(r"characterization:arm-2022-border [^\n]*\n", "\n")], only="05*")
    assert (undenied.status(ARMENIA), undenied.verdict(ARMENIA)) == ("owed", "unhonored")
    unasked = derive(edits=[(r"characterization:arm-2022-border [^\n]*\n", "\n"), (r"conduct:arm-request-2022 [^\n]*\n", "\n")], only="05*")
    assert (unasked.status(ARMENIA), unasked.verdict(ARMENIA)) == ("open", "undetermined")


def test_8_budapest(cases: Derived) -> None:
    assert cases("budapest-1994", "binding") == {"disputed"}
    assert not cases.activations("budapest-1994-para-4"), "a non-nuclear invasion activates nothing under paragraph 4"
    force = "budapest-1994-para-2-no-force--RUS--UKR--standing-1994-12-05"
    assert cases.verdict(force) == "undetermined"
    assert cases(force, "allegedlyBrokenBy") == {"2022-02-24-invasion"}, "the invasion, entered once, is conduct too"


def test_9_ussr_1938_waits_for_france(cases: Derived) -> None:
    assert (cases.status(MUNICH), cases(MUNICH, "statusReason")) == ("notTriggered", {"thirdPartyAssists"})
    assert derive(edits=[(r"conduct:fra-no-help-1938 [^\n]*\n", "\n")], only="07*").status(MUNICH) == "open"


def test_10_a_denial_by_the_obliged_settles_nothing(cases: Derived) -> None:
    assert cases.status(ITALY) == cases.status(TURKEY) == "disputed"
    other = "characterization:zz a sv:Characterization ; sv:characterizes occurrence:{} ; sv:as circumstance:{} ; sv:holds {} ; sv:hasSource source:zz ."
    assert derive(extra=other.format("1914-07-28-serbia", "unprovoked", "false"), only="08*").status(ITALY) == "notTriggered"
    exempt = derive(extra=other.format("1940-06-10-italy", "meansWarWithUSSR", "true"), only="13*")
    assert (exempt.status(TURKEY), exempt.verdict(TURKEY)) == ("exempt", "excused")


def test_11_notice_is_not_the_end_and_the_last_day_is_bound(cases: Derived) -> None:
    assert cases.verdict("jpn-sun-1941-art-1-peace--SUN--JPN--standing-1941-04-25") == "breached"
    italy = "triple-1882-art-1-peace--ITA--AUH--standing-1882-05-30"
    assert cases.verdict(italy) == "undetermined"
    assert cases(italy, "allegedlyBrokenBy") == {"1915-05-23-ita-war"}
    assert cases.verdict("deu-sun-1939-art-1-no-attack--DEU--SUN--standing-1939-08-23") == "breached"


def test_12_absence_counts_only_inside_coverage(cases: Derived) -> None:
    activation = DEMO.format("RUS")
    assert cases.verdict(activation) == "unhonored"
    assert cases(f"ruleset-1--{activation}", "evidenceBasis") == {"absenceInCoverage"}
    assert derive(edits=[(r"coverage:rus-1992 [^\n]*\n", "\n")], only="14*").verdict(activation) == "undetermined"
    short = derive(edits=[(r'sv:coversUntil "1992-12-31"', 'sv:coversUntil "1992-03-30"')], only="14*")
    assert short.verdict(activation) == "undetermined"
    one = derive(edits=[(r"(coverage:rus-1992 .*sv:hasSource source:m1) , source:m2", r"\1")], only="14*")
    assert one.verdict(activation) == "undetermined", "a coverage by one publisher accuses nobody"
    assert cases.verdict("deu-sun-1939-art-1-no-attack--SUN--DEU--standing-1939-08-23") == "honored"


def test_hard_cases_11_to_16(cases: Derived) -> None:
    assert cases.verdict("gbr-pol-1939-art-1-aid--GBR--POL--1939-09-01-poland") == "partlyHonored"
    east = "gbr-pol-1939-art-1-aid--GBR--POL--1939-09-17-poland-east"
    assert (cases.verdict(east), cases(east, "statusReason")) == ("notTriggered", {"initiatorOutsideScope"})
    assert cases.verdict("teu-42-7-aid--IRL--FRA--2015-11-13-paris") == "undetermined"
    assert cases.status("gbr-fra-tur-1939-art-2-aid--TUR--FRA--hypo-sun-attacks-fra") == "exempt"
    assert cases.verdict(DEMO.format("CCC")) == "honoredLate"
    assert cases.verdict(DEMO.format("BBB")) == "unhonored"
    assert cases.verdict(DEMO.format("DDD")) == "excused"
    assert not cases.activations("BBB--AAA--demo-1996"), "a party that left owes nothing the next time"
    for activation in ("rus-prk-2024-art-4-aid--RUS", "chn-prk-1961-art-2-aid--CHN"):
        found = f"{activation}--PRK--whatif-2027-usa-attacks-prk"
        assert cases.status(found) == "open"
        assert "stateOfWar" in cases(found, "statusReason")
        assert len(cases(found, "statusReason")) == 3, "the two participations last confirmed in 2026 are reasons too"


def test_help_after_a_conventional_window_is_never_late(cases: Derived) -> None:
    late = derive(edits=[("; sv:respondWithinDays 30 ", "")], only="14*")
    found = DEMO.format("CCC")
    assert late.verdict(found) == "honored", "90 days by convention hold an answer after 75"
    later = derive(edits=[("; sv:respondWithinDays 30 ", ""), ('"1992-05-15"', '"1993-05-15"')], only="14*")
    assert later.verdict(found) == "undetermined"
    assert later(found, "outsideWindow") == {"ccc-late"}


def test_15_expectation_is_no_breach(cases: Derived) -> None:
    found = "RUS--IRN--2025-06-13-iran-war"
    assert cases(found, "words") == {"rus-condemns-2025-06-23"}
    assert cases(found, "notGiven") == {"rus-no-material-help-2025"}
    assert cases(found, "missing") == set()
    answered = [(r"(conduct:rus-help-to-iran-x a sv:Action)", r"\1 ; sv:inResponseTo occurrence:2025-06-13-iran-war")]
    assert derive(edits=answered, only="02*")(found, "missing") == {"helpGiven"}
    unread = [(r"(agreement:rus-irn-2001 a .*)sv:securityCoded true", r"\1sv:securityCoded false")]
    assert derive(edits=unread, only="02*")(found, "missing") == {"absenceNotShown"}, (
        "the treaty in force is not shown to hold no duty; that of 2025 does not matter"
    )
    denial = "characterization:{0} a sv:Characterization ; sv:characterizes agreement:rus-irn-2001 ; sv:as circumstance:assistanceDuty ; sv:holds false ; sv:claimedBy state:{1} ; sv:hasSource source:{0} . source:{0} a sv:Source ; sv:publishedBy publisher:{0} ."
    alone, both = denial.format("d1", "RUS") + denial.format("d2", "RUS"), denial.format("d1", "RUS") + denial.format("d2", "IRN")
    assert derive(edits=unread, extra=alone, only="02*")(found, "missing") == {"absenceNotShown"}, "the partner's word alone"
    assert derive(edits=unread, extra=both, only="02*")(found, "missing") == set()
    affirmed = both + denial.format("d3", "IRN").replace("holds false", "holds true")
    assert derive(edits=unread, extra=affirmed, only="02*")(found, "missing") == {"absenceNotShown"}
    silent = derive(edits=[(r"conduct:rus-no-material-help-2025 [^\n]*\n", "\n")], only="02*")
    assert silent(found, "missing") == {"noOmission"}


def test_conduct_by_hand_beats_matching() -> None:
    by_hand = [(r"(conduct:prk-troops-2025 a sv:Action)", r"\1 ; sv:bearsOn obligation:rus-prk-2024-art-3-consult")]
    found = derive(edits=by_hand, only="01*")
    assert found(KURSK, "performedBy") == set(), "what bears on another duty by hand performs no other"
    here = [(r"(conduct:prk-troops-2025 a sv:Action ; sv:actor state:PRK ;) sv:recipient state:RUS ;", rf"\1 sv:bearsOn activation:{KURSK} ;")]
    assert derive(edits=here, only="01*")(KURSK, "performedBy") == {"prk-troops-2025"}, "by hand, the recipient is not asked"


def test_dates_known_to_the_month_leave_it_open() -> None:
    found = "demo-art-1-aid--CCC--AAA--demo-1992-attack-on-AAA"
    month = [('sv:boundFrom "1990-05-01"\\^\\^xsd:date', 'sv:boundFrom "1992-03-01"^^xsd:date ; sv:datePrecision "month"')]
    derived = derive(edits=month, only="14*")
    assert derived.status(found) == "open"
    assert "demo-CCC" in derived(found, "statusReason")
    known = [('sv:boundFrom "1990-05-01"', 'sv:knownBoundFrom "1994-01-01"')]
    assert derive(edits=known, only="14*").status(found) == "open", "an occurrence before the first day known to be bound"


def test_mechanics(cases: Derived) -> None:
    assert cases.verdict("mech-aid--KKK--LLL--1951-05-01-far") == "notTriggered"
    assert cases.verdict("mech-aid--KKK--LLL--1952-05-01-near") == "excused"
    assert cases.verdict("mech-neutral--KKK--LLL--1952-05-01-near") == "honored", "a documented restraint"
    assert cases("mech-aid--KKK--LLL--1953-05-01-near", "performedBy") == {"kkk-loan"}, "by hand, toward another recipient"
    assert cases.verdict("mech-neutral--KKK--LLL--1953-05-01-near") == "breached", "one publisher and an admission"
    basing = "mech-basing--LLL--KKK--standing-1950-06-01"
    assert cases(basing, "performedBy") == {"lll-hosts"}
    assert cases.verdict(basing) == "undetermined", "one act does not keep a standing duty for ten years"
    assert cases("mech-1970-aid--KKK--LLL--1970-06-02-war", "statusReason") == {"datesUncertain"}
    raid = "mech-aggression--KKK--LLL--1954-05-01-raid"
    assert (cases.status(raid), cases(raid, "statusReason")) == ("disputed", {"aggression"}), "self-defense claimed"
    plea = "mech-aggression--KKK--LLL--1955-05-01-raid"
    assert (cases.status(plea), cases(plea, "deniedBy") - {"other-aggressor--not-aggression"}) == ("disputed", {"xan-no-aggression"}), (
        "the attacker's plea, said of itself"
    )
    judged = "mech-aggression--KKK--LLL--1956-05-01-raid"
    assert (cases.status(judged), cases(judged, "overruled")) == ("owed", {"xan-no-aggression-1956"}), "a court has found the contrary"
    third = "characterization:h a sv:Characterization ; sv:characterizes occurrence:1956-05-01-raid ; sv:as circumstance:aggression ; sv:holds false ; sv:claimedBy state:MMM ; sv:hasSource source:k1 ."
    assert derive(extra=third, only="20*").status(judged) == "disputed", "somebody else denies it"
    assert cases.status("mech-aggression--KKK--LLL--1953-05-01-near") == "owed", "aggression presumed where nobody denies it"
    assert not cases("kkk-withdrawn", "contestedConduct"), "its author withdrew the denial"
    historian = "characterization:h a sv:Characterization ; sv:characterizes conduct:kkk-withdrawn ; sv:as circumstance:occurred ; sv:holds false ; sv:hasSource source:k1 ."
    assert derive(extra=historian, only="20*")("kkk-withdrawn", "contestedConduct") == {"true"}
    claimed = "mech-reports--KKK--LLL--standing-1950-06-01"
    assert cases(claimed, "allegedlyBrokenBy") == {"kkk-no-access"} and not cases(claimed, "omittedBy"), "the accused claims the exception"
    assert (cases.verdict(claimed), cases(claimed, "holdReason")) == ("undetermined", {"conductContested"})
    ongoing = "mech-consult--KKK--LLL--standing-1950-06-01"
    assert (cases.verdict(ongoing), cases(f"ruleset-1--{ongoing}", "asOf")) == ("unhonored", {"1957-05-01"}), "still omitted on the last day known"
    assert cases("KKK--MMM--1985-01-01-raid", "missing") == {"noWords", "absenceNotShown"}


def test_a_rival_date_counts_toward_a_beneficiary_that_is_no_party(cases: Derived) -> None:
    before, after = (f"mech-guarantee--KKK--NNN--{year}-05-01-attack" for year in (1933, 1935))
    assert (cases.status(before), cases(before, "boundDisputedBy")) == ("owed", set())
    assert (cases.status(after), cases(after, "statusReason")) == ("disputed", {"mech-1930-KKK-rival"})


# a bond without a known end: status, verdict, day on which it fades, what holds the verdict back
FADING = {
    "mech-respect--KKK--OOO--standing-1960-02-01": ("owed", "undetermined", "1990-03-01", {"endUnknown", "noEvidence"}),
    "mech-respect--KKK--PPP--standing-1960-02-01": ("owed", None, "2030-03-01", set()),
    "mech-support--KKK--OOO--1964-05-01-war": ("owed", "undetermined", "1990-03-01", {"endUnknown", "noEvidence"}),
    "mech-support--KKK--PPP--1964-05-01-war": ("owed", None, "2030-03-01", set()),
    "mech-support--KKK--OOO--1975-05-01-war": ("open", "undetermined", "1990-03-01", {"endUnknown", "noEvidence"}),
}


@pytest.mark.parametrize("found", FADING)
def test_a_bond_last_attested_long_ago_is_pending_no_more(cases: Derived, found: str) -> None:
    status, verdict, fades, held = FADING[found]
    assert (cases.status(found), cases.verdict(found)) == (status, verdict)
    assert (cases(found, "fadesOn"), cases(found, "holdReason")) == ({fades}, held)
    assert cases(f"ruleset-1--{found}", "asOf") == ({fades} if verdict else set()), "before that day it was pending"


# what each occurrence makes of the duty that needs a new one, and of its twin that does not, as the fixture says
NEW = {
    "1990-war": (("notTriggered", {"underWayBefore"}), ("owed", set())),
    "1991-offensive": ((None, set()), (None, set())),
    "1992-06-05-raid": (("notTriggered", {"underWayBefore"}), ("owed", set())),
    "1992-07-raid": (("open", {"beginUncertain"}), ("owed", set())),
    "1995-offensive": (("owed", set()), (None, set())),
    "1995-town": ((None, set()), (None, set())),
    "1996-invasion": (("owed", set()), ("owed", set())),
}


@pytest.mark.parametrize("occurrence", NEW)
def test_a_duty_for_a_future_attack_needs_a_new_one(cases: Derived, occurrence: str) -> None:
    for duty, expected in zip(("new-future", "new-any"), NEW[occurrence], strict=True):
        found = f"{duty}--NNA--NNB--{occurrence}"
        assert (cases.status(found), cases(found, "statusReason")) == expected, duty


def test_a_new_occurrence_toward_a_beneficiary_that_is_no_party(cases: Derived) -> None:
    found = {year: f"new-third--NNA--NNT--{year}-third" for year in (1990, 1994, 1997)}
    assert {year: cases.status(activation) for year, activation in found.items()} == {1990: "notTriggered", 1994: "owed", 1997: "owed"}
    assert cases(found[1990], "statusReason") == {"underWayBefore"}


def test_a_new_occurrence_and_rival_dates() -> None:
    rival = 'participation:r a sv:Participation ; sv:ofAgreement agreement:new-1992 ; sv:participant state:NNB ; sv:boundFrom "{}"^^xsd:date ; sv:boundUntil "2002-05-31"^^xsd:date ; sv:rivalTo participation:new-1992-NNB .'
    raid, invasion = (f"new-future--NNA--NNB--{occurrence}" for occurrence in ("1992-06-05-raid", "1996-invasion"))
    earlier = derive(extra=rival.format("1992-06-02"), only="21*")
    assert (earlier.status(raid), earlier(raid, "statusReason")) == ("disputed", {"r"}), "bound when it began, says the rival"
    later = derive(extra=rival.format("1996-03-05"), only="21*")
    assert (later.status(invasion), later(invasion, "statusReason")) == ("disputed", {"r"}), "not yet bound when it began, says the rival"


def test_as_of_is_the_day_the_verdict_could_be_given(cases: Derived) -> None:
    assert cases(f"ruleset-1--{KURSK}", "asOf") == {"2024-12-04"}
    assert cases(f"ruleset-1--{IRAN_2001}", "asOf") == {"2025-06-24"}, "undetermined only when the window closed"
    assert cases("ruleset-1--deu-sun-1939-art-1-no-attack--DEU--SUN--standing-1939-08-23", "asOf") == {"1941-06-22"}


def test_confidence_is_never_high_by_rule(cases: Derived) -> None:
    grades = [cases(thing, "confidence") for thing in {name for name, prop in cases._facts if prop == "confidence"} if thing.startswith("ruleset-1--")]
    assert grades
    assert all(grade in ({"low"}, {"moderate"}) for grade in grades)
    assert cases(f"ruleset-1--{KURSK}", "confidence") == {"low"}, "a disputed duty"
    assert cases("ruleset-1--teu-42-7-aid--DEU--FRA--2015-11-13-paris", "confidence") == {"moderate"}


def test_every_verdict_names_basis_and_evidence(cases: Derived) -> None:
    verdicts = [name for name, prop in cases._facts if prop == "verdict"]
    assert len(verdicts) > 60
    for name in verdicts:
        verdict = cases(name, "verdict")
        assert cases(name, "evidenceBasis"), name
        if verdict == {"undetermined"}:
            assert cases(name, "evidenceBasis") == {"none"}
        elif verdict != {"notTriggered"}:
            assert cases(name, "supportedBy"), name


def test_every_rule_derives_something_on_the_fixtures(cases: Derived) -> None:
    names = {path.stem for path in rule_files("00", "zz")}
    assert set(cases.counts) == names
    assert not {name for name, count in cases.counts.items() if count == 0}


def test_self_defense_claimed_for_a_use_of_force() -> None:
    """General law: the words of the duty name no exception. A court's finding, and no other, settles what the attacker says."""
    duty = "deu-sun-1939-art-1-no-attack--DEU--SUN--standing-1939-08-23"
    plea = "characterization:plea a sv:Characterization ; sv:characterizes occurrence:1941-06-22-barbarossa ; sv:as circumstance:selfDefense ; sv:holds true ; sv:claimedBy state:DEU ; sv:hasSource source:m1 ."
    found = "characterization:found a sv:Characterization ; sv:characterizes occurrence:1941-06-22-barbarossa ; sv:as circumstance:{} ; sv:holds {} ; sv:claimedBy org:IMT ; sv:hasSource source:judgment . org:IMT a sv:Organization . source:judgment sv:sourceKind sourcekind:{} ."
    assert derive(only="09*").verdict(duty) == "breached", "nobody claims it"
    contested = derive(only="09*", extra=plea)
    assert (contested(duty, "allegedlyBrokenBy"), contested.verdict(duty)) == ({"1941-06-22-barbarossa"}, "undetermined")
    for circumstance, holds in (("selfDefense", "false"), ("aggression", "true")):
        assert derive(only="09*", extra=plea + found.format(circumstance, holds, "courtDecision")).verdict(duty) == "breached"
    assert derive(only="09*", extra=plea + found.format("aggression", "true", "intergovernmental")).verdict(duty) == "undetermined", "a vote of states"


def test_self_defense_claimed_for_entering_a_zone() -> None:
    """Forces brought into a demilitarized zone are heard like a use of force; stationing too many elsewhere is not."""
    duty = "deu-sun-1939-art-1-zone--DEU--SUN--standing-1939-08-23"
    made = """obligation:deu-sun-1939-art-1-zone a sv:NegativeObligation , sv:StandingObligation ; sv:imposedBy provision:deu-sun-1939-art-1 ;
      sv:bearer state:DEU ; sv:beneficiary state:SUN ; sv:forbids behavior:exceedForceLimits .
      conduct:entry a sv:Action ; sv:actor state:DEU ; sv:against state:SUN ; sv:behavior behavior:{} ; sv:beganOn "1940-05-01"^^xsd:date ;
      sv:endedOn "1940-05-02"^^xsd:date ; sv:hasSource source:z1 , source:z2 . source:z1 a sv:Source ; sv:publishedBy publisher:z1 . source:z2 a sv:Source ; sv:publishedBy publisher:z2 ."""
    plea = "characterization:zone a sv:Characterization ; sv:characterizes conduct:entry ; sv:as circumstance:selfDefense ; sv:holds true ; sv:claimedBy state:DEU ; sv:hasSource source:z1 ."
    assert derive(only="09*", extra=made.format("remilitarization")).verdict(duty) == "breached", "nobody claims it"
    assert derive(only="09*", extra=made.format("remilitarization") + plea).verdict(duty) == "undetermined"
    assert derive(only="09*", extra=made.format("exceedForceLimits") + plea).verdict(duty) == "breached"


def test_a_court_settles_what_the_words_except() -> None:
    """The words except self-defense and the bearer pleads it: a court's finding, and no other, settles it."""
    duty = "budapest-1994-para-2-no-force--RUS--UKR--standing-1994-12-05"
    found = "characterization:found a sv:Characterization ; sv:characterizes occurrence:2022-02-24-invasion ; sv:as circumstance:selfDefense ; sv:holds false ; sv:claimedBy org:COURT ; sv:hasSource source:judgment . org:COURT a sv:Organization . source:judgment sv:sourceKind sourcekind:{} ."
    assert derive(only="06*").verdict(duty) == "undetermined"
    assert derive(only="06*", extra=found.format("courtDecision")).verdict(duty) == "breached"
    assert derive(only="06*", extra=found.format("intergovernmental")).verdict(duty) == "undetermined", "a vote of states"


@pytest.mark.slow
def test_rdflib_derives_the_same(cases: Derived) -> None:
    other = derive(RdflibEngine())
    assert other.triples == cases.triples
    assert other.counts == cases.counts
