"""Where a figure will be read, and why an action exists: sources and drivers in free text."""

import re

from bot.coaching.figures import LEARNERS
from bot.coaching.impact import DOING, STAFF
from storage.models import Driver

_SOURCE_NAMES = (
    r"(?:mis\b|ilr\b|qar\b(?!\s*(?:of|to|from|is|was|up|at|target|\d))|narts?\b|r1[0-4]\b(?: return)?|pro\s?monitor|pro\s?achieve|pro\s?solution"
    r"|\bebs\b|e-?ilp|unit-?e|registers?\b|mark\s?books?|grade\s?books?|trackers?\b|dashboards?|surveys?\b|questionnaires?|qdp\b|learner voice|student voice"
    r"|(?:exam|assessment|mock|test|epa|btec|gcse|a[- ]level|awarding body|unit|end[- ]point assessment|initial assessment|diagnostic) (?:results|outcomes|grades|data|marks|scores)"
    r"|results day|results analysis|epao\b|mocks\b|learning walks?|lesson visits?|lesson observations?|observation records?|alps report|six dimensions|cpoms|my\s?concern|sims\b|arbor\b|bromcom"
    r"|power\s?bi|tableau|e-?portfolios?|one\s?file|smart assessor|\bbud\b|maytas|aptem|celcat|moodle (?:data|logs?|analytics|reports?)|canvas (?:data|analytics)|vle (?:data|logs?|analytics|reports?)"
    r"|markbook|work scrutin(?:y|ies)|book looks?|eqa reports?|iqa (?:reports?|samples?|records?)|focus groups?|exit (?:interviews?|forms?|data)|destination (?:data|surveys?|returns?|calls)|leavers'? data"
    r"|enrolment (?:data|figures|numbers)|attendance (?:data|reports?|figures|logs?|records?|system)|retention (?:data|reports?|figures)|achievement (?:data|reports?|figures)|progress (?:reports?|data)|management information"
    r"|funding returns?|power school|spreadsheets?|governors'? report|performance tables|league tables|data (?:drops?|captures?|team|returns?|warehouse|pack|report|sheet|set)|monthly data|weekly data|behaviour logs?|incident logs?|case notes|parents'? evening feedback|employer feedback|apprentice feedback|learner feedback|student feedback|bksb|placement logs?|rarpa reviews?|data returns?|\w+ logs?\b|(?!(?:new|better|more|use|using|our|the|of|and|good|with|their|this|that|all)\b)\w+ (?:centre )?data\b|century(?: tech)?|sparx|reports?\b(?= (?:show|from|will))|nss\b)"
)
_SOURCE_LEAD = (
    r"(?:(?:data |figures? |evidence |numbers? |stats )?(?:from|in|on|via|using|per|through|by)|according to|source\s*(?:is|:|=|-)?|evidenced?(?: by| in| from| is|:)?"
    r"|as shown (?:by|in|on)|shown (?:by|in|on)|measured (?:by|in|through|using|on|from|via|with)|tracked (?:by|in|through|on|via)|monitored (?:by|in|through|via|on)|recorded (?:in|on)|counted (?:in|on|by|at|from)|read(?:ing)? (?:from|off|in)"
    r"|we(?:'ll| will| can)? (?:see|know|check|tell|get|look|pull|read|take|find)(?: it| this| that| them)?(?: (?:in|from|on|off|by|at|through|via|with))?|check(?:ed)? (?:in|on|by|against|via|with|using)|look(?:ing)? at|pulled from|taken from|its? in|it's (?:in|on)|that's in|they're in|based on|seen in|reported in|verified (?:by|in|through))"
)
_SOURCE = re.compile(
    rf"\b(?P<lead>{_SOURCE_LEAD}\s+)?(?P<span>(?:(?:the|our|a|each)\s+)?(?:(?:weekly|monthly|termly|half[- ]?termly|annual|yearly|daily|college|centre|school|department(?:al)?|learner|student|apprentice|employer|pupil|end[- ]of[- ]\w+|in-year|final|internal|external|national|live|attendance|progress|retention|achievement|withdrawal|destination|exam|leavers?|gateway|january|june|spring|autumn|summer|own|\d{{4}}(?:/\d\d)?)\s+){{0,4}}"
    rf"{_SOURCE_NAMES}(?:\s+(?:retention|attendance|achievement|withdrawal|progress|learner|destination|weekly|monthly)(?=\s+(?:dashboards?|reports?|data|returns?)))?(?:\s+(?:dashboards?|reports?|data|systems?|returns?|surveys?|results|records?|figures|extracts?|screens?|tracker|trackers|analysis|logs?|entries|registers?|scores))*)",
    re.IGNORECASE,
)
# "Update the tracker" is something to do; "tracker" as source stands after a lead or on its own.
_SOURCE_AS_WORK = re.compile(
    rf"(?<!i'll )(?<!i will )(?<!we'll )(?<!we will )(?<!we can )(?<!\bi )\b(?!(?:be|is|are|been|was|have|has|had|get)\b)(?:{DOING}|new|better|improved|attend\w*)\s+(?:(?:the|a|an|our|all|every|new|their|weekly|use of|more|regular|better|\d+)\s+){{0,3}}$",
    re.IGNORECASE,
)
# Whatever it is called: a record that the figure is read from, or a thing that shows it.
_RECORD = (
    r"(?:returns?|records?|logs?|reports?|data|registers?|trackers?|system|portal|sheet|summary|minutes"
    r"|database|extracts?|analytics|figures|stats|statistics|re-?assessments?|tests?|screening|survey"
    r"|pulse|poll|forms|tallies|tally|count|workbook|markbook|marks|scores|results|dashboard|tables|file|tablet|list)"
)
_READ_FROM = re.compile(
    rf"\b(?:{_SOURCE_LEAD}|going by|go by|judging by|per|as per|off|against|read(?:ing)? from)\s+(?:(?:the|our|a|my|their)\s+)?"
    rf"(?P<span>(?:(?!(?:and|or|to|from|by|so|that|which|will|is|are)\b)[\w'&/.-]+\s+){{0,4}}?{_RECORD})\b",
    re.IGNORECASE,
)
_SHOWS_IT = re.compile(
    r"(?:^|[.;,!?\n–—(-]\s*|\band\s+|\bthe\s+|\bour\s+)(?P<span>(?:(?!(?:that|this|it|they|we|i|learners|students|which|what|who|how|the|our)\b)[\w'&/-]+\s){1,4}?)"
    r"(?:(?:will|would|should|can)\s+(?:show|tell|confirm|prove|evidence)|shows?|tells?|confirms?)"
    r"\s+(?:it|us|this|that|u|you|them|whether|how many|if)\b"
    r"|(?P<holder>[A-Z][\w&' -]{2,40}?)\s+(?:gives?|has|holds?|records?)\s+(?:us |u |you )?the (?:numbers?|figures?|data|report|stats)\b",
    re.IGNORECASE,
)
_REASONS = re.compile(
    r"\b(?:because(?: of)?|since|as a result of|due to|owing to|given that|driven by|in response to|as(?= (?:our|the|we|learners|students|apprentices|ofsted|employers|inspectors))|following|after|reason is|why(?=\s*:)|reason(?=\s*:)|the reason(?: is)?|cos|coz|bc|prompted by)\b[:,]?\s*(?P<reason>[^.;!?\n]+)",
    re.IGNORECASE,
)
_DRIVERS: tuple[tuple[Driver, str], ...] = (
    (Driver.SAFEGUARDING, r"safeguard\w*|prevent duty|risk of harm|wellbeing concerns?|bullying|harassment|sexual"),
    (Driver.CURRICULUM_CHANGE, r"(?:from|moving|moved|move|switch\w*|chang\w+|transition\w*|new|revised|reform\w*) (?:\w+ ){0,5}(?:standards?|framework|specification|spec|curriculum|qualifications?|syllabus|t[- ]levels?|awarding (?:body|organisation)|assessment plan|exam board)|framework to (?:the )?standard|curriculum change|spec change|reform"),
    (Driver.INSPECTION, r"ofsted|inspect\w*|estyn|eti\b|nominee|monitoring visit|hmi\b|mock inspection|peer review|deep dive|report card"),
    (Driver.EMPLOYER_FEEDBACK, r"employers?(?:'s?)? (?:\w+ ){0,3}(?:feedback|survey|say|said|told|tell|complain\w*|want|report\w*|feel|think|satisf\w+|unhappy|asked)|feedback from employers|skills (?:gap|needs)|lsip"),
    (Driver.LEARNER_FEEDBACK, r"(?:learner|student|apprentice|pupil)s?'? (?:\w+ ){0,3}(?:feedback|survey|voice|say|said|told|tell|complain\w*|report\w*|feel|felt|think|unhappy|want)|feedback from (?:learners|students|apprentices|pupils)|survey|complaints?|qdp|focus groups?|learner voice"),
    (Driver.COMPLIANCE, r"complian\w+|funding rules?|audit\w*|esfa|dfe (?:rule|require|guid)\w*|legal\w*|statutory|regulat\w+|gdpr|subcontract\w*|accountability framework|aaf\b|health and safety|ofqual|licen[cs]e"),
    (Driver.OUTCOMES, r"achiev\w+|acheiv\w+|retention|pass rates?|results|attendance|grades?|outcomes?|withdraw\w*|drop(?:ping|ped)? out|progress\w*|destination\w*|punctual\w*|below (?:national|target|average)|national (?:rate|average)|qar\b|value added|fail\w*|too (?:few|many)|low\b|declin\w+|fell|fallen|dropped|gap\b|underachiev\w*|late\b"),
)  # fmt: skip
_DRIVER_PATTERNS = [(driver, re.compile(rf"\b(?:{p})", re.IGNORECASE)) for driver, p in _DRIVERS]
_DRIVER_NAMES = {
    "outcomes": Driver.OUTCOMES, "results": Driver.OUTCOMES, "learner feedback": Driver.LEARNER_FEEDBACK,
    "inspection": Driver.INSPECTION, "curriculum change": Driver.CURRICULUM_CHANGE,
    "standard or curriculum change": Driver.CURRICULUM_CHANGE, "compliance": Driver.COMPLIANCE,
    "employer feedback": Driver.EMPLOYER_FEEDBACK, "safeguarding": Driver.SAFEGUARDING, "other": Driver.OTHER,
}  # fmt: skip


# Who tells is no source: "the tutors tell us".
_PERSON = re.compile(
    rf"(?:the |our |all |most )*(?:{STAFF}|{LEARNERS}|nobody|someone|people|ofsted|feedback)\b",
    re.IGNORECASE,
)


def find_source(text: str, affirmed: str, asked: str | None) -> str | None:
    best: str | None = None
    for match in _SOURCE.finditer(affirmed):
        span = re.sub(r"^(?:the|our|a|each)\s+", "", match["span"].strip(), flags=re.I)
        if not match["lead"] and _SOURCE_AS_WORK.search(affirmed[: match.start()]):
            continue
        if match["lead"]:
            return span
        best = best or span
    if best:
        return best
    if asked in ("evidence", "evidence_source"):
        bare = re.sub(rf"^(?:{_SOURCE_LEAD}|the|our|a)\s+", "", text.strip(" .!"), flags=re.I)
        return bare if 1 < len(bare) <= 120 and re.search(r"[a-z]{2}", bare, re.I) else None
    for found in (_READ_FROM.search(affirmed), _SHOWS_IT.search(affirmed)):
        words = next(filter(None, found.groups()), "") if found else ""
        if words and not _PERSON.match(words):
            return words.strip()
    loose = re.search(
        r"\b(?:as shown (?:by|in|on)|source\s*[:=]|evidence\s*[:=]|measured (?:by|in|through|using|from)|according to)\s*(?:the\s+|our\s+)?(?P<span>[\w][\w '&/-]{2,60})",
        affirmed,
        re.I,
    )
    return loose["span"].strip() if loose else None


def find_reason(text: str, asked: str | None) -> tuple[str | None, Driver | None]:
    """The clause that says why, and the kind of driver it is."""
    match = _REASONS.search(text)
    reason: str | None = None
    if match:
        reason = re.split(r",\s*(?:we|so|and we|i|this|our)\b", match["reason"], maxsplit=1)[
            0
        ].strip(" ,")
    elif asked == "driver":
        reason = text.strip()
        exact = _DRIVER_NAMES.get(text.strip(" .!").lower().replace("_", " "))
        if exact:
            return reason, exact
    if not reason:
        return None, None
    for driver, pattern in _DRIVER_PATTERNS:
        if pattern.search(reason):
            return reason, driver
    if asked == "driver" or (match and match.group().lower().startswith("because")):
        return reason, Driver.OTHER
    return reason, None


def driver_of(text: str) -> Driver | None:
    """The kind of driver that a SAR item's evidence speaks of, or None."""
    for driver, pattern in _DRIVER_PATTERNS:
        if pattern.search(text):
            return driver
    return None
