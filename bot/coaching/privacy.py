"""What is not sent out of the house at all: learners by name, and one person's health."""

import re
from collections.abc import Iterable
from enum import StrEnum

from bot.coaching.naming import ONE_LEARNER, Names, Span, workspace
from bot.coaching.replies import tells_of_risk


class Private(StrEnum):
    LEARNER = "learner"
    HEALTH = "health"


# Learners are typed by their initials too; these are no one's.
_INITIALS = re.compile(
    r"(?<![\w.])(?!(?:A\.?I|I\.?D|I\.?T|P\.?E|R\.?E|D\.?T|P\.?T|U\.?K|E\.?U|U\.?S|T\.?A|T\.?V|P\.?C|H\.?R|F\.?E|H\.?E|Q\.?A|I\.?V|E\.?V|A\.?M|P\.?M|E\.?G|I\.?E|N\.?B|O\.?K|P\.?S)\b)"
    r"(?:[A-Z]\.[A-Z]\b\.?|[A-Z]\. [A-Z]\.|(?i:(?<=learner )|(?<=student )|(?<=pupil )|(?<=apprentice )|(?<=trainee )|(?<=candidate ))[A-Z] [A-Z]\b)(?![\w&/-]|\.\w)"
)
# In the patterns below the text is in small letters, and a capital is a person: S one of the
# workspace in full or with a title, O one named as owner, at a colleague's work or by half the name
# of one of the workspace, N any other.
_STAFF_ROLES = (
    r"(?:heads?|leads?|leader|managers?|tutors?|teach(?:er|ers|es|ing)|lecturers?|assessors?|coach(?:es)?|mentors?|trainers?|principal|vp|director|"
    r"deputy|coordinators?|co-ordinator|officer|advis[eo]r|technicians?|governors?|hod|senco|sendco|dsl|counsellor|librarian|"
    r"administrator|admin|receptionist|caretaker|consultant|examiner|colleagues?|instructor|supervisor|nominee)"
)
_STAFF = re.compile(
    rf"\b{_STAFF_ROLES},? N\b"
    rf"|\bN(?:,| \(| [-–]| is| was| as|['’]s)? ?(?:(?:the|our|my|a|an|who|is|acting|new|in) |[\w&]+ (?!of mine)){{0,3}}?{_STAFF_ROLES}\b"
    r"|\bN(?:,| \(|,? who(?:'s| is)?)? ?(?:in|from|on|at) (?:the )?(?:mis|hr|it|exams?|finance|estates|registry|quality|admissions|marketing|careers|payroll|pastoral|reception|"
    r"curriculum|student services|data|head office|(?:\w+ )?(?:office|team|department|dept|helpline|helpdesk|trust|library))\b"
    r"|\bN (?:and \w+ )?(?:(?:will|to|is|was|has|can|does|and i|or i|'ll|who|also|then|now) )*"
    r"(?:lead|own|run|teach|deliver|manag|observ|check|updat|report(?!ed)|send|mark|export|pull|collat|keep|kept|chair|monitor|train|coach|audit|review|record|count|"
    r"track|downloads?|organis|arrang|writ|rewrit|draft|log|ring|rang|emails?|circulat|sampl|moderat|sign(?:s|ed|ing)? off|cover|oversee|support|help|provid|"
    r"has (?:the|all|them)|does (?:the|a|her|his)|tick|upload|meet|says?\b|reckons?|tells|told|shar|look|shows?)"
)
_YEAR = r"(?:\d{1,2}[a-z]{1,2}\d?\b|(?:year|yr|y) ?\d{1,2}\b)"
_COURSE = rf"(?:{_YEAR}|(?:level|entry level|lvl|l|t) ?(?:\d|levels?)\b|(?:my|our) (?:\w+ ){{0,2}}(?:group|class|course|cohort|set|tutor group|form)\b|(?:gcse|btec|a[- ]levels?|the (?:\w+ ){{0,2}}(?:course|programme|cohort))\b)"
_OWN = (
    r"(?:(?:own|last|english|maths|level \d|first|overall|real|predicted) )?"
    r"(?:attendance|parents?|mum|dad|mother|father|nan|gran|step(?:mum|dad)|carers?|foster|social worker|coursework|placement|ehcp|exams?|resit|mocks?|target grade|"
    r"(?:predicted )?grades?|portfolio|epa|gateway|gcses?|qualification|apprenticeship|behaviour|exclusion|assignments?|homework|bursary|ucas|home life)\b"
)
_NO_OWN = r"(?! (?:(?:results?|reviews?|records?|marks?) )?(?:tracker|reports?|data|sheets?|register|registers|dashboard|figures?|log|lists?|spreadsheet|system|policy|files?|plans?|team|officer|lead|checks?|returns?|export|bookings?|visits?|calls?|drop-ins?|sessions?|meetings?|diary|rota|books?|page|form|forms|map|evenings?|calendar|area|number|target for)\b)"
_LEARNER = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{ONE_LEARNER}s? (?:(?:is|was|are) )?(?:(?:called|named|like|such as) )?[NO]\b",
        rf"\b(?:my|our|one|another|this|one of (?:my|our|the)) (?:[\w-]+ ){{0,2}}?{ONE_LEARNER}s?, [NO](?:,| who\b|\.|$)",
        rf"\b[NO],? (?:who )?(?:is |was |'s )?(?:a|an|one of|my|another) (?:(?:my|our|the|his|her) )?(?:[\w-]+ ){{0,3}}?{ONE_LEARNER}s?\b(?! (?:lead|services|coach|mentor|support|manager|governor|experience|voice|engagement|recruitment|finance|advis|success|liaison|tutor|and))",
        rf"\b[NO],? (?:(?:who )?(?:is|was|'s) )?\(?(?:in|from|on) {_YEAR}",
        rf"\bN,? (?:(?:who )?(?:is|was|'s) )?\(?(?:in|from|on) {_COURSE}|\bN,? \(?{_YEAR}\)?",
        r"\bN,? (?:\((?:aged? )?1[1-9]\)|aged? 1[1-9]\b|is 1[1-9]\b)",
        rf"\bN['’]s {_OWN}{_NO_OWN}|\b(?:mum|dad|parents?|mother|father|carers?|attendance) (?:of|for) N\b|\bN and (?:his|her|their) (?:mum|dad|parents|mother|father|family|carer|social worker)\b",
        rf"\bN\b[^N.;!?\n]{{0,60}}[.;!?]?[^N.;!?\n]{{0,40}}\b(?:his|her|their) {_OWN}{_NO_OWN}",
        r"\bN (?:\w+ )?(?:fail|pass|flunk|re-?sat|re-?took|re-?sit|re-?tak)\w* (?:(?:his|her|their|the|a|an|at) )?(?:\w+ )?(?:epa|exam|maths|english|gcse|level|functional|unit|course|mock|test|resit|gateway|first)",
        r"\bN\b(?:[^NOS.;!?\n]{0,40}[.;,]?[^NOS.;!?\n]{0,20} (?:he|she|they)(?:['’](?:s|d))?)? (?:(?:has|have|had|been|was|just|then|nearly|almost|got|never|also|only|finally) )*(?:dropped out|drop out|dropping out|withdrew|withdrawn|stopped (?:coming|attending|turning up)|excluded|expelled|turned up late|truant\w*|neet\b|left the course|finished (?:his|her) course|got (?:a|his|her) (?:grade|merit|distinction|pass|place at|apprenticeship)|achieved (?:a|his|her) (?:grade|merit|distinction|pass|level|gcse)|went from (?:a )?(?:grade|entry))",
        rf"\b(?:the|that|this|my|our) (?:[\w-]+ ){{0,2}}?{ONE_LEARNER}s?,? (?:the one )?(?:with|in|from|on|who|whose|wearing) (?:[\w'’-]+ ){{0,6}}[\w'’-]+, N(?:,|\.|$| (?:is|was|has|had|who|does|did|never|still|now|sits|comes|came|needs|cannot|can't)\b)",
        # A learner's number, of which something is told.
        r"\b(?:learner|student|pupil|apprentice|trainee|candidate|id|uln|upn|uci|number|no\.?)[ :#]{1,2}N\)?,? (?:(?:who|also|still|now|only|never|just) )*(?:is (?!wrong|missing|in\b|on\b|an?\b|the\b|for\b)|was|has|had|did|does|cannot|can't|got|fail|pass|miss(?!ing)|left|needs|dropped|withdrew|keeps|struggl|came|comes|attends|re-?sat|self)",
        r"\b(?:lost|losing|lose) N (?:to|because|after|from)\b|\b(?:excluded|expelled|suspended|enrolled|withdrew) N\b",
    )
)

_CONDITION = (
    r"(?:diagnos\w+|anxi(?:ety|ous)|depress(?:ion|ed)|epilep\w+|diabet\w+|cancer|leukaemia|chemo\w*|tumou?r|pregnan\w+|miscarriage|eating disorder|anorexi\w+|bulimi\w+|stammer(?:s|ing|ed)?|stutter(?:s|ing|ed)?|hearing aids?|"
    r"self[- ]?harm\w*|suicid\w+|overdos\w+|adhd|ocd|ptsd|autis\w+|autistic|asperger\w*|tourette\w*|medication|meds|antidepressants?|in (?:a |the )?(?:hospital|a ?& ?e|psychiatric \w+)(?! placement)|"
    r"hospitalised|sectioned|(?:in|to|through|of|from) rehab|disab(?:ility|led)|dyslexi\w+|dyspraxi\w+|dyscalculi\w+|seizures?|asthma\w*|panic attacks?|bipolar|schizophreni\w+|psychosis|psychotic|"
    r"(?:nervous )?breakdown|mental health|camhs|counsell(?:ing|or)|therapist|off sick|(?:long[- ]term|on the) sick\b|sick leave|off with (?:stress|\w+ (?:knee|back|leg|arm|hip)|flu|covid)|had (?:a |an |his |her )?(?:\w+ )?(?:operation|surgery|stroke|heart attack|fit|fits)|"
    r"wheelchair|hearing (?:loss|impair\w+)|visual(?:ly)? impair\w+|cerebral palsy|down['’]?s syndrome|chronic \w+|(?:very|seriously|terminally|mentally|taken|been|so) ill\b|illness|addict(?:ion|ed)|alcoholic|hiv\b|concussion|arthritis|crohn\w*|long covid)"
)
_OF_WORK = r"(?![\w-]*[ -](?:and \w+ )?(?:workshops?|training|screening|awareness|leads?|leaders?|advis|policy|policies|strateg|teams?|first|cpd|champions?|friendly|hub|coordinat|co-ordinat|assess(?:or|ments)|specialist|practitioner|intervention|resources|week|day|data|provision|room|module|units?|course|qualification|sessions?|charity|learners|students|pupils|apprentices|young|people|ones|support (?:team|workers?|plans?|staff|sessions?|group)|services?|referrals|passport|toolkit|drop-ins?|network|forum|assessments?))"
_GROUPS = r"(?:learners|students|apprentices|pupils|people|those|adults|children|kids|anyone|anybody|everyone|ones|nobody|no one|no-one|if|all|staff|cohort|groups?|workshops?|training|screening|sessions?|in five|in ten|in \d+(?![\da-z])|per cent|%)"
_WORKS = r"(?:leads?\b|running|runs?\b|deliver|train|teach|coordinat|works? with|responsible|chairs?|audit|review|report)"
_ONE_OF = rf"one of (?:my|our|the|his|her|their) (?:\w+ ){{0,3}}?(?:{ONE_LEARNER}s|lot|group|team|staff|tutors|teachers|assessors|colleagues|coaches)"
_ONE = (
    rf"(?:\b[NOS]\b|\b(?:he|she|him|her|his|himself|herself)\b|\b{_ONE_OF}|\b(?:a|one|another|this|that|my|our) (?:\w+ )?{ONE_LEARNER} (?:who|has|had|is|was|got|with (?:\w+ )?(?=diagnos)|of mine|in my|in our)"
    rf"|\b(?:my|this|that) (?:\w+ )?{ONE_LEARNER}\b|\b(?:my|our) (?:daughter|son|wife|husband|partner|mum|dad|mother|father|manager|colleague|tutor|assessor|technician)\b|\bthe (?:tutor|teacher|assessor|lecturer|manager|technician|coach) (?:is|was|has|had|who)\b|\bi(?:['’]ve|['’]m| have| had| am| was)\b|\bmy(?= {_CONDITION}))"
)
_HEALTH = (
    re.compile(
        rf"{_ONE}(?:(?!\b(?:{_GROUPS}|{_WORKS}))[^.;!?\n]){{0,70}}?\b{_CONDITION}{_OF_WORK}"
    ),
    re.compile(
        rf"\b{_CONDITION}{_OF_WORK}(?: [\w']+){{0,2}} (?:for|of|told|means|meant|made|makes|stops|stopped|keeps|kept) (?:[NOS]\b|him\b|her\b|{_ONE_OF})"
    ),
    re.compile(
        rf"\b(?:a|one|another) (?:\w+ )?(?:{_CONDITION}) {ONE_LEARNER}\b(?! (?:in|gets?|can|should|will)\b)"
    ),
    re.compile(
        rf"\b(?:a|one|another) {ONE_LEARNER} with (?:\w+ )?{_CONDITION},? (?:who|that|has|had|told|said|in (?:my|our))\b"
    ),
)
_MARKS = {"person": "N", "number": "N", "owner": "O", "part": "O"}
_MAY_TELL = re.compile(rf"\b{_CONDITION}", re.IGNORECASE)


def private(text: str, people: Iterable[str] = ()) -> Private | None:
    """What forbids sending a text at all: it likely names a learner, or tells of one's health."""
    reading = Names(text, workspace(tuple(people)))
    spans = [*reading.people(), *(s for s in reading.others if s.kind == "number")]
    spans += [Span(*match.span(), "person") for match in _INITIALS.finditer(text)]
    if not spans and not _MAY_TELL.search(text):
        return None
    parts, at = [], 0
    for start, end, kind in sorted((*spans, *(s for s in reading.others if s.kind == "id"))):
        if start >= at:
            parts += [text[at:start].lower(), _MARKS.get(kind, "S")]
            at = end
    marked = "".join((*parts, text[at:].lower()))
    named = _STAFF.sub(lambda match: match[0].replace("N", "O"), marked)
    if spans and any(pattern.search(named) for pattern in _LEARNER):
        return Private.LEARNER
    return Private.HEALTH if any(pattern.search(named) for pattern in _HEALTH) else None


def stays_here(text: str, people: Iterable[str] = ()) -> bool:
    """Whether a text is of learners or of somebody at risk, and no outside model's to read."""
    return tells_of_risk(text) or private(text, people) is not None
