"""The sector's measures as data: how people name them, their unit and direction, where they are read.

From the Department for Education's qualification achievement rates, the apprenticeship
accountability framework and common college practice; ranges are bounds of the possible, not
national rates.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from storage.models import Direction, Driver

UP, DOWN = Direction.HIGHER, Direction.LOWER


@dataclass(frozen=True)
class Measure:
    """`names` are regular expressions, the first one plain words; `source` is where to read it."""

    key: str
    title: str
    names: tuple[str, ...]
    unit: str
    direction: Direction
    source: str
    drivers: tuple[Driver, ...]


_OUT, _FEED, _INS = Driver.OUTCOMES, Driver.LEARNER_FEEDBACK, Driver.INSPECTION
_CUR, _COM, _EMP, _SAFE = (
    Driver.CURRICULUM_CHANGE,
    Driver.COMPLIANCE,
    Driver.EMPLOYER_FEEDBACK,
    Driver.SAFEGUARDING,
)

# Narrower names stand before wider ones: the first that fits the text is taken.
MEASURES = (
    Measure("epa_first_time", "first-time passes at end-point assessment", (r"(?:epas?|end[- ]point assessments?|gateway)(?: \w+){0,4} (?:first[- ]time|1st time)(?: pass(?:es|ed)?)?", r"(?:first|1st)[- ]time (?:pass(?:es)?|epa)(?: rates?)?", r"epa pass(?:es)?(?: rates?)?"), "%", UP, "EPA results", (_CUR, _OUT)),
    Measure("epa_high", "distinctions and merits at end-point assessment", (r"(?:epa|end[- ]point assessment) (?:distinctions?|merits?|high grades?)",), "%", UP, "EPA results", (_OUT,)),
    Measure("timely_rate", "timely achievement", (r"timely(?: achievement| completions?| rates?)?", r"achiev\w+ (?:with)?in (?:the )?planned (?:period|time|end date)", r"(?:on[- ]time|within time) (?:achievement|completions?)", r"(?:achieve|complete|finish|achieving|completing|finishing) (?:on time|by (?:their|the) planned end(?: date)?)"), "%", UP, "QAR dashboard", (_OUT, _CUR)),
    Measure("past_planned_end", "apprentices past their planned end date", (r"(?:past|beyond|over)[- ](?:their |the )?planned end(?: dates?)?", r"out of (?:time|funding) (?:learners|apprentices)", r"overdue (?:learners|apprentices)"), "%", DOWN, "ILR", (_OUT, _COM)),
    Measure("otj_on_track", "apprentices on track with off-the-job hours", (r"off[- ]the[- ]job(?: training)?(?: hours)?", r"\botjt?\b(?: hours)?"), "%", UP, "e-portfolio", (_COM, _CUR)),
    Measure("gateway_on_time", "apprentices reaching gateway on time", (r"gateway(?: on time)?",), "%", UP, "e-portfolio", (_CUR, _OUT)),
    Measure("reviews_on_time", "progress reviews done on time", (r"(?:progress )?reviews? (?:done |completed |held )?on time",), "%", UP, "e-portfolio", (_COM,)),
    Measure("break_in_learning", "breaks in learning", (r"breaks? in learning", r"\bbils?\b"), "%", DOWN, "ILR", (_OUT,)),
    Measure("em_attendance", "English and maths attendance", (r"(?:english|maths|resits?|gcse)(?: and (?:english|maths))?(?: \w+){0,2} attendance", r"attendance (?:in|to|at) (?:\w+ ){0,2}(?:english|maths|resits?)"), "%", UP, "register report", (_OUT, _INS)),
    Measure("persistent_absence", "persistent absence", (r"persistent(?:ly)? absen\w+", r"(?:under|below) 90\s?% attendance"), "%", DOWN, "register report", (_OUT, _SAFE)),
    Measure("attendance", "attendance", (r"attendance", r"attends?\b", r"attending", r"absen(?:ce|ces|t|teeism)", r"atten?dence", r"no[- ]shows?", r"turn(?:ing)? up", r"missed (?:sessions|lessons|classes|days)"), "%", UP, "register report", (_OUT, _INS, _SAFE)),
    Measure("punctuality", "punctuality", (r"punctual(?:ity)?", r"on[- ]time arrivals?", r"late(?:ness|s| marks?| arrivals?| to lessons?)?\b(?! (?:january|february|march|april|may|june|july|summer|spring|autumn))", r"(?:arriv\w+|turn\w* up|in lessons?|at lessons?) on time"), "%", UP, "register report", (_OUT, _INS)),
    Measure("early_leavers", "learners who leave within the first six weeks", (r"early (?:leavers?|withdrawals?|drop[- ]?outs?)", r"42[- ]day (?:withdrawals?|leavers?|retention)"), "%", DOWN, "MIS withdrawal report", (_OUT,)),
    Measure("withdrawals", "withdrawals", (r"withdraw(?:als?|n|s|ing)?\b", r"with?drawls?", r"drop(?:ping|ped)?[- ]?outs?", r"leav(?:e|ing) early", r"(?:number|share|proportion) (?:of \w+ )?leaving"), "%", DOWN, "MIS withdrawal report", (_OUT,)),
    Measure("retention_rate", "retention", (r"retention", r"retain(?:ed|ing)?\b", r"stay(?:ing|ed|s)? (?:on|to the end|on (?:the )?course|the course)", r"(?:complete|completing|finish|finishing) (?:the|their) (?:course|programme|year|apprenticeship)", r"retn"), "%", UP, "MIS retention report", (_OUT,)),
    Measure("high_grades", "high grades", (r"high(?:er)?[- ]grades?", r"distinctions?(?: and merits?)?", r"merits?(?: and distinctions?)?", r"\bd\*\s?-\s?d\b", r"\bhgs?\b", r"a\*\s?(?:-|to)\s?[ab]", r"(?:grades?\s*)?9\s*(?:-|to)\s*7", r"top grades?"), "%", UP, "exam results", (_OUT,)),
    Measure("gcse_4plus", "GCSE resits at grade 4 or above", (r"grades? (?:9|4)\s*(?:-|to|\+|or above|and above|or better)\s*4?", r"\b9\s?(?:-|–|to)\s?4s?\b", r"(?<![\d.])4\+(?: rate| in)?", r"gcse (?:maths |english |resit )?(?:pass(?:es)?|results|success|achievement)", r"grade 4s?\b"), "%", UP, "exam results", (_OUT,)),
    Measure("fs_achievement", "Functional Skills achievement", (r"(?:functional skills|\bfs\b)(?: \w+){0,3} (?:achievement|pass(?:es)?|success|results)(?: rates?)?", r"(?:achievement|pass(?:es)?|pass rates?) (?:in|of|for) (?:\w+ ){0,2}(?:functional skills|\bfs\b)", r"pass(?:es|ed|ing)? functional skills", r"functional skills (?:level \d|l\d)? ?(?:maths|english)? ?(?:first time)? ?pass(?:es)?(?: rates?)?"), "%", UP, "exam results", (_OUT, _COM)),
    Measure("value_added", "value added", (r"value[- ]added", r"\bl3va\b", r"\bva\b(?: scores?)?", r"six dimensions", r"progress 8", r"attainment 8"), "score", UP, "value-added report", (_OUT,)),
    Measure("alps", "ALPS grade", (r"\balps\b(?: (?:grade|score))?",), "grade", DOWN, "ALPS report", (_OUT,)),
    Measure("em_progress", "English and maths progress measure", (r"(?:english|maths)(?: and (?:english|maths))? progress (?:measure|score)", r"progress (?:measure|score)s?"), "grade", UP, "DfE performance tables", (_OUT,)),
    Measure("positive_dest", "positive destinations", (r"(?:positive |sustained )?destinations?", r"\bneets?\b", r"(?:go(?:ing)?|move|moving|moved|progress(?:ing)?) (?:on )?(?:in)?to (?:\w+ ){0,3}(?:work|employment|jobs?|university|uni|higher education|he|education|apprenticeships?|employment or \w+)", r"(?:in|into|get|gain|secure) (?:paid |sustained |full-time )?(?:jobs?|employment|work)\b(?! (?:experience|placements?|rate|hard|harder|with|on|in|to))", r"job outcomes?"), "%", UP, "destination survey", (_OUT, _EMP)),
    Measure("progression", "progression to the next level", (r"progression(?: rates?)?", r"progress(?:ing|es|ed)? (?:on )?(?:to|onto|into|from)(?: \w+){0,2} (?:level|year|next|l\d|course|a[- ]levels?|t[- ]levels?|apprenticeships?|levels?)", r"internal progress\w*"), "%", UP, "enrolment data", (_OUT,)),
    Measure("employer_sat", "employer satisfaction", (r"employers?(?:'s?)?(?: \w+){0,2} (?:satisf\w+|survey|feedback|rating|score)", r"employers? (?:who )?(?:say|rate|report|agree|recommend)\w*"), "%", UP, "employer survey", (_EMP,)),
    Measure("learner_sat", "learner satisfaction", (r"(?:learner|student|apprentice|pupil)s?(?:'|’)?s? (?:satisfaction|survey|voice(?: survey| scores?)?|feedback (?:survey|score|rating)s?)", r"satisf(?:action|ied)(?: rates?| scores?)?", r"(?:would )?recommend(?:ing|ed)?\b(?! (?:that|to staff|changes))", r"\bnss\b(?: scores?)?", r"(?:learners?|students?|apprentices?|pupils?) (?:who |that )?(?:\w+ )?(?:say|said|saying|agree|agreeing|report|reporting|tell us|feel|rate)\b", r"survey (?:score|result|response)s?", r"(?:\d+\s*%|per cent|more|most|all) (?:of (?:them|learners|students) )?(?:who )?(?:say|saying|agree|agreeing)\b"), "%", UP, "learner survey", (_FEED,)),
    Measure("work_placement", "learners who complete their work placement hours", (r"(?:work|industry) (?:placements?|experience)(?: hours)?", r"placement hours"), "%", UP, "MIS placement report", (_EMP, _CUR)),
    Measure("on_track", "learners on or above target grade", (r"on (?:or above|track|target)(?: grades?)?(?: (?:for|to|with))?", r"at or above (?:target|expected)(?: grades?)?", r"(?:above|meeting|working at|at|hitting) (?:their )?(?:target|predicted|minimum|expected)(?: target)? grades?", r"making (?:at least )?(?:expected|good) progress", r"below target"), "%", UP, "progress tracker", (_OUT, _FEED, _CUR)),
    Measure("work_submitted", "work handed in on time", (r"(?:work|assignments?|coursework|homework|units?)(?: \w+){0,3} (?:handed in|submitted|in on time|submissions?|completed on time)", r"(?:hand(?:ing|ed)?[- ]in|submi\w+|missed) (?:\w+ ){0,3}(?:on time|deadlines?|work|assignments?|coursework|homework|rates?)", r"(?:meet|meeting|miss|missing) (?:\w+ ){0,2}deadlines?", r"missed deadlines?"), "%", UP, "markbook", (_OUT,)),
    Measure("mock_results", "mock and assessment results", (r"mock(?: exam)? (?:results|pass(?:es)?|grades?|scores?)", r"(?:test|assessment|exam|quiz) (?:scores?|marks?|results)", r"average (?:marks?|scores?|grades?)"), "%", UP, "mock results", (_OUT, _CUR)),
    Measure("reading_age", "reading age", (r"reading ages?",), "months", UP, "reading test", (_OUT,)),
    Measure("gap", "gap between a group and all learners", (r"(?:achievement |attendance |attainment |retention )?gaps?(?= (?:between|for|of|from|to|closes?|narrows?|reduces?|halves?|falls?|is|was|down|closed|from))", r"(?:narrow|clos|reduc|halv)\w+ the (?:\w+ ){0,3}gap", r"(?:achievement|attainment|attendance|retention) gap"), "points", DOWN, "QAR dashboard", (_INS, _OUT)),
    Measure("exclusions", "exclusions and suspensions", (r"exclusions?", r"suspensions?", r"(?:behaviour|disciplinary) (?:incidents?|cases|points|referrals?|logs?)", r"disciplinar(?:y|ies)"), "number", DOWN, "behaviour log", (_SAFE, _INS)),
    Measure("safeguarding_timeliness", "concerns triaged in time", (r"(?:safeguarding )?(?:concerns?|referrals?) (?:\w+ ){0,3}(?:triaged|responded to|closed|acted on)(?: (?:with)?in \w+)?",), "%", UP, "safeguarding log", (_SAFE,)),
    Measure("ehcp_outcomes", "EHCP outcomes met", (r"(?:ehcps?|rarpa)(?: \w+){0,2} (?:outcomes?|targets?|goals?)", r"(?:outcomes?|targets?) (?:in|of) (?:their |the )?ehcps?"), "%", UP, "EHCP reviews", (_COM, _OUT)),
    Measure("pass_rate", "pass rate", (r"pass[- ]?rates?", r"pass(?:es|ed|ing)?\b(?! (?:on|it|the information|this|round|to))", r"fail(?:s|ed|ing|ure|ures)?(?: rates?)?\b"), "%", UP, "exam results", (_OUT,)),
    Measure("completion", "completion", (r"completions?(?: rates?)?",), "%", UP, "MIS report", (_OUT,)),
    Measure("achievement_rate", "achievement rate", (r"(?:qar|overall )?achiev\w*(?: rates?| figures?)?", r"acheiv\w*(?: rates?)?", r"achi?v(?:e?ment)?s?\b", r"\bqars?\b(?! (?:dashboard|report|data|tool))", r"success[- ]rates?", r"outcomes for (?:learners|students|apprentices)", r"(?:exam|a[- ]level|gcse|course|final|summer) results", r"\bgrades\b", r"attainment"), "%", UP, "QAR dashboard", (_OUT, _INS, _CUR)),
)  # fmt: skip

# Measures of staff, employers or processes: they can be checked, and yet are no change for learners.
NOT_OF_LEARNERS = frozenset({"employer_sat", "reviews_on_time", "safeguarding_timeliness"})

BY_KEY = {measure.key: measure for measure in MEASURES}

# A measure's name before one of these is the subject of paperwork or of a job, not a level.
_NOT_A_LEVEL = (
    r"(?!\s+(?:polic(?:y|ies)|strateg(?:y|ies)|meetings?|trackers?|procedures?|monitoring|officers?"
    r"|leads?|teams?|panels?|boards?|workshops?|training|campaigns?|calls?|letters?|texts?|reviews?"
    r"|plans?|interventions?|processe?s?|emails?|coordinators?|forms?|registers?|advisers?|tutors?"
    r"|documents?|guidance|audits?|managers?|coach(?:es)?|systems?|spreadsheets?|discussions?))"
)
_NAMED = [
    (measure, re.compile(rf"\b(?:{name})(?!\w){_NOT_A_LEVEL}", re.IGNORECASE))
    for measure in MEASURES
    for name in measure.names
]


# One turn asks this of the same few clauses many times.
@lru_cache(maxsize=1024)
def find_measure(text: str) -> tuple[Measure, str] | None:
    """The first measure the text names, by position, with the words that name it; else None.

    Of names that start at the same place the more specific (earlier in the table) is taken.
    """
    best: tuple[int, int, Measure, str] | None = None
    for rank, (measure, pattern) in enumerate(_NAMED):
        match = pattern.search(text)
        if match and (best is None or match.start() < best[0]):
            best = (match.start(), rank, measure, match.group())
    return (best[2], best[3]) if best else None


def suggest(driver: Driver | None, judgement: str = "", count: int = 3) -> list[Measure]:
    """Likely measures for someone who is stuck: those the SAR item names first, then by driver."""
    named = find_measure(judgement)
    likely = [named[0]] if named else []
    for measure in sorted(
        MEASURES, key=lambda m: _LEADING.index(m.key) if m.key in _LEADING else 99
    ):
        if measure not in likely and (driver in measure.drivers or driver is None):
            likely.append(measure)
    return likely[:count]


def gain(measure: Measure) -> str:
    """The measure as a change for learners in words: "Higher attendance", "Fewer withdrawals"."""
    counts_people = (
        measure.title.split()[0].endswith("s") and measure.title.split()[0] != "progress"
    )
    if measure.direction is UP:
        return f"{'More' if counts_people else 'Higher'} {measure.title}"
    return f"{'Fewer' if counts_people else 'Lower'} {measure.title}"


# What shows within weeks rather than after a year: offered first to someone who is stuck.
_LEADING = (
    "attendance", "on_track", "retention_rate", "learner_sat", "employer_sat", "work_submitted",
    "mock_results", "punctuality", "pass_rate", "otj_on_track", "safeguarding_timeliness",
)  # fmt: skip
