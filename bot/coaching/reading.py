"""Reading one reply: what it says of learners, figures, dates, sources, people and reasons.

`read` is the embedded coach's whole understanding of a message; another coach may propose a
`Reading` of its own, and the same rules decide what is done with it.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from enum import IntEnum
from functools import lru_cache

from bot.coaching.dates import FoundDate, find_dates
from bot.coaching.figures import LEARNERS, Figure, Part, find_figures
from bot.coaching.measures import NOT_OF_LEARNERS, Measure, find_measure
from bot.coaching.words import content_stems
from storage.models import Direction, Driver

LONGEST_REPLY = 4000


class Rung(IntEnum):
    """The impact ladder: how far a statement reaches from doing something towards learners."""

    NONE = 0
    ACTIVITY = 1
    OUTPUT = 2
    PRACTICE = 3
    LEARNERS = 4


@dataclass(frozen=True)
class Reading:
    """What one reply says. Figures and sources stand as typed; nothing here is inferred beyond it."""

    text: str
    rung: Rung = Rung.NONE
    restates_action: bool = False
    learner_outcome: bool = False
    measurable: bool = False
    measure: Measure | None = None
    measure_words: str | None = None
    baseline: str | None = None
    target: str | None = None
    figures: tuple[Figure, ...] = ()
    unit: str | None = None
    direction: Direction | None = None
    due: date | None = None
    baseline_date: date | None = None
    evidence_source: str | None = None
    driver: Driver | None = None
    reason: str | None = None
    owners: tuple[str, ...] = ()
    group_owner: str | None = None
    milestones: tuple[tuple[date | None, str], ...] = ()
    figures_disagree: bool = False
    dates: tuple[FoundDate, ...] = field(default=())


_PUNCTUATION = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "\u2011": "-"})

_STAFF = (
    r"(?:staff|teachers?|tutors?|lecturers?|assessors?|managers?|trainers?|coaches|mentors?|leaders?"
    r"|colleagues|(?:the |our )?teams?|departments?|practitioners?|we|i|hods?|slt|governors?|employers?"
    r"|technicians?|lsas?|tas?|curriculum (?:leads?|managers?|areas?)|heads?|everyone in the team|all of us)"
)
_DO = (
    r"(?:review\w*|updat\w+|deliver\w*|run(?:ning|s)?|train\w*|develop\w*|create\w*|creating|produc\w+"
    r"|implement\w*|introduc\w+|embed\w*|monitor\w*|share\w*|sharing|hold(?:ing)?|held|provid\w+|purchas\w+|buy\w*"
    r"|bought|writ(?:e|es|ing|ten)|wrote|rewrit\w+|rewrote|redesign\w*|refresh\w*|launch\w*|complet\w+|attend\w*|undertak\w+"
    r"|undertook|carr(?:y|ied|ying) out|observ\w+|audit\w*|standardis\w+|moderat\w+|meet\w*|met|set(?:ting)? up|use|uses|using"
    r"|used|put(?:ting)?|roll\w* out|establish\w*|appoint\w*|recruit\w*|recruit|deploy\w*|map\w*|plan\w*|design\w*"
    r"|organis\w+|arrang\w+|build\w*|built|ensur\w+|check\w*|send\w*|sent|text\w*|call\w*|phon\w+|contact\w*|discuss\w*"
    r"|support\w*|enhanc\w+|strengthen\w*|improv\w+|increas\w+|rais\w+ awareness|streamlin\w+|upgrad\w+|adopt\w*"
    r"|appl(?:y|ies|ied|ying)|follow\w*|upload\w*|record\w*|track\w*|receiv\w+|get|have|has|had|be|been|is|are|"
    r"work\w*|look\w*|make|making|made|do|doing|done|start\w*|continu\w+|address\w*|tackl\w+|promot\w+|encourag\w+)"
)
_ARTEFACT = (
    r"(?:resources?|materials?|workshops?|sessions?|cpd|training|inset|polic(?:y|ies)|procedures?|processe?s?"
    r"|systems?|meetings?|schemes? of (?:work|learning)|sow|lesson plans?|templates?|trackers?|spreadsheets?"
    r"|documents?|guides?|guidance|handbooks?|packs?|booklets?|curriculum|units?|observations?|learning walks?"
    r"|reviews?|audits?|plans?|strateg(?:y|ies)|frameworks?|equipment|laptops?|software|rooms?|facilities|kit"
    r"|vle|moodle|teams page|portfolio|feedback|marking|assessments?|delivery|teaching|lessons?|provision|offer"
    r"|induction|timetables?|communication|support|interventions?|monitoring|practice|quality|approach|standards?"
    r"|awareness|expectations|consistency|reports?|dashboards?|data|standardisation|moderation|posters?|texts?|calls?"
    r"|letters?|emails?|forms?|action|project|pilot|role|post|coach|mentors?|programme|course|calendar|bank|library)"
)
_BETTER = (
    r"(?:better|improved?|improving|more|new|updated|up[- ]to[- ]date|enhanced|stronger|clearer|high(?:er)?[- ]quality"
    r"|effective|consistent|embedded|in place|complete[d]?|done|reviewed|delivered|trained|upskilled|confident|aware"
    r"|available|fit for purpose|robust|streamlined|standardised|refreshed|modern(?:ised)?|engaging|accessible|relevant)"
)

# What learners do, say, reach or are able to do: each a change someone could see in learners.
_LEARNERS_DO = (
    r"(?:achiev\w+|acheiv\w+|pass(?:es|ed|ing)?|fail\w*|complet\w+|finish\w*|attend\w*|turn(?:s|ed|ing)? up|arriv\w+"
    r"|stay\w*|progress\w*|move(?:s|d)? (?:on|up|in)\w*|moving (?:on|up|in)\w*|go(?:ing|es)? (?:on|into|to (?:uni|work|college))"
    r"|get(?:s|ting)? (?:a |an |their |the |better |into |higher |good |more |at least |\d|to |jobs?|work|through|grades?|distinctions?|merits?)"
    r"|gain\w*|reach\w*|secur(?:e|es|ed|ing)|earn\w*|obtain\w*|say(?:s|ing)?|report\w*|tell|agree\w*|rate|feel\w*|know\w* (?:what|how|where|their)"
    r"|understand\w*|submit\w*|hand(?:s|ed|ing)? in|meet(?:s|ing)? (?:\w+ )?(?:deadlines?|target|expected|their|the standard|the required)|miss(?:es|ed|ing)?|make(?:s)? (?:\w+ )?progress"
    r"|making (?:\w+ )?progress|catch(?:ing)? up|master\w*|improv\w+ (?:their|in|by|from)|able to|can (?!access|use the|see the)\w+|could|act(?:s|ing)? on|leav(?:e|es|ing)|left|withdraw\w*|withdrew|drop\w* out"
    r"|succeed\w*|return\w*|enrol\w*|appl(?:y|ies|ied) (?:for|to|their|what)|write(?: better| more| clearer| their)|read(?:s|ing)? (?:at|more|better|indep)|score\w*|sit(?:s|ting)? (?:the|their)"
    r"|behave\w*|contribut\w+|participat\w+|work(?:s|ing)? (?:at|above|independently|on target)|remember\w*|recall\w*|explain\w*|choose|find (?:work|jobs?|employment)|stop(?:s)? \w+ing|fall(?:s|ing)? behind|retake\w*|resit\w*|do(?:ing)? (?:better|well)|travel\w*|work(?:s|ing)? out|leav\w+ (?:\w+ )?with|with (?:a|an) (?:\w+ )?(?:offer|place|job))"
)
_LEARNERS_ARE = (
    r"(?:more (?:confident|engaged|motivated|independent|prepared|resilient|likely|punctual|able)|on track|on target|prepared|ready|work[- ]ready|"
    r"confident|engaged|safe|safer|happier|happy|retained|ready|in (?:work|education|employment|lessons|class|college|more|every)|in (?:sustained|paid)|absent|late|on time|able)"
)
_CHANGE_WORDS = r"(?:rise|rises|rising|increas\w+|improv\w+|up|higher|better|grow\w*|go(?:es)? up|fall|falls|falling|reduc\w+|drop(?:s|ped)?|down|lower|fewer|less|cut|halv\w+|doubl\w+|clos\w+|narrow\w*|more)"

_LEARNERS_OUTCOME = re.compile(
    rf"\b{LEARNERS}\b(?:'s?)?(?: (?!staff|tutors|teachers)[\w'-]+){{0,5}}? (?:{_LEARNERS_DO}|{_LEARNERS_ARE})\b"
    rf"|\b(?:they|them|cohort|class|group|those|who)\b (?:[\w']+ ){{0,3}}?(?:{_LEARNERS_DO})\b"
    rf"|\b(?:more|fewer|less|most|all|no|every|few|each|\d+\s*%) (?:of )?(?:\w+ ){{0,4}}?{LEARNERS}\b"
    rf" (?:[\w'-]+ ){{0,3}}?(?:{_LEARNERS_DO}|{_LEARNERS_ARE}|{_CHANGE_WORDS})"
    rf"|\b(?:helps?|enabl\w+|allow\w*|let|lets|get(?:s|ting)?) (?:\w+ ){{0,2}}?{LEARNERS} (?:to )?(?:\w+ )?{_LEARNERS_DO}\b",
    re.IGNORECASE,
)
# Said of learners, yet only of what is given to them or planned for them.
_ONLY_GIVEN = re.compile(
    rf"\b{LEARNERS}\b(?: [\w'-]+){{0,2}}? (?:(?:will |should |can |to |now |all )*(?:have|has|had|get|gets|getting|receiv\w+|be (?:given|offered|provided|supported|issued|sent|told|informed)|are (?:given|offered|provided|supported|issued|told|informed)|benefit\w*|access\w*|use the|enjoy|be aware|are aware|been))"
    rf"(?: (?:from|to|with|of|access|a|an|the|more|better|new|improved|good|great|all|some|their|up[- ]to[- ]date|high[- ]quality|clear|regular|detailed|extra|additional|\d+|weekly|personal|individual|necessary|right|appropriate|quality))* "
    rf"{_ARTEFACT}\b"
    rf"|\b(?:support|help|benefit|engage|inspire|meet the needs of|for|with)(?:ing|s)? (?:all |our |the )?{LEARNERS}\b(?! (?:to )?(?:\w+ )?{_LEARNERS_DO})"
    rf"|\b{LEARNERS}'? (?:experience|needs|support|journey|voice|work|files|records|profiles|forum|council|reps?)\b",
    re.IGNORECASE,
)
_STAFF_SUBJECT = re.compile(
    rf"^(?:\W|and |so |that |then |all |our |the |most |every |each |which means |more |\d+\s*%? (?:of )?)*{_STAFF}\b",
    re.IGNORECASE,
)
_STAFF_MEASURE = re.compile(
    r"\b(?:staff|teachers?|tutors?|lecturers?|assessors?|cpd|training|governors?|meetings?|workshops?)(?:'s?)? (?:\w+ ){0,2}?"
    r"(?:attendance|attend\w*|satisfaction|survey|retention|punctuality|absence|confidence|pass\w*|achiev\w*|complet\w+|progress\w*)\b"
    r"|\b(?:attend\w*|complet\w+|pass\w*|satisf\w+|report\w*|achiev\w+) (?:\w+ ){0,3}?(?:of |by |from |the )*(?:cpd|training|workshops?|inset|meetings?|staff|tutors?|teachers?|observations?)\b",
    re.IGNORECASE,
)
_INTENT_ONLY = re.compile(
    r"\b(?:to|will|should|this|that|and|which) (?:help (?:to )?|hopefully |lead to |aim to )?(?:improve|raise|support|increase|boost|drive(?: up)?) (?:the )?(?:quality|standards?|provision|consistency|teaching|delivery|feedback|experience|practice)\b",
    re.IGNORECASE,
)
_PRACTICE = re.compile(
    rf"\b{_STAFF}\b(?: [\w'-]+){{0,4}}? (?:us(?:e|es|ing)|appl(?:y|ies|ying)|give|giving|gives|mark\w*|plan\w*|teach\w*|adapt\w*|challeng\w+|respond\w*|question\w*|check\w*|follow\w*|act(?:s|ing)? on|set|sets|setting|expect\w*|model\w*|differentiat\w+|return\w*)\b"
    r"|\b(?:in (?:every|all|most) lessons?|seen in lessons?|lessons? (?:will )?(?:include|start|end|have))\b",
    re.IGNORECASE,
)
_STAFF_BETTER = re.compile(
    rf"\b{_STAFF}\b[^.;!?\n]{{0,30}}?\b(?:confiden\w+|skill\w*|aware\w*|knowledge\w*|trained|upskilled|understand\w*|consisten\w+|better at|motivated)\b",
    re.IGNORECASE,
)
_ACTING = re.compile(
    rf"\b{_DO}\b(?:[^.;!?\n]{{0,60}}?)\b(?:{_ARTEFACT}|{_STAFF})\b|\b{_ARTEFACT}\b[^.;!?\n]{{0,40}}?\b(?:{_DO}|{_BETTER})\b"
    rf"|\b{_BETTER}\b[^.;!?\n]{{0,25}}?\b(?:{_ARTEFACT}|{_STAFF})\b|\b{_STAFF}\b[^.;!?\n]{{0,40}}?\b(?:{_DO}|{_BETTER})\b",
    re.IGNORECASE,
)
_DONE = re.compile(
    rf"\b(?:been|is|are|be|were|was|now|have|has)\b[^.;!?\n]{{0,30}}?\b(?:{_BETTER}|\w+ed)\b|\b{_BETTER}\b",
    re.IGNORECASE,
)
_NOT_JUST = re.compile(
    r"\b(?:not|isn't|aren't|rather than|instead of|more than|never|beyond)\s+(?:just|only|simply|merely|about)?\s*(?:the\s+)?[^,;:.!?\n–-]{0,60}?(?:[,;:–-]|\bbut\b|$)", re.IGNORECASE
)  # fmt: skip

_SOURCE_NAMES = (
    r"(?:mis\b|ilr\b|qar\b(?!\s*(?:of|to|from|is|was|up|at|target|\d))|narts?\b|r1[0-4]\b(?: return)?|pro\s?monitor|pro\s?achieve|pro\s?solution"
    r"|\bebs\b|e-?ilp|unit-?e|registers?\b|mark\s?books?|grade\s?books?|trackers?\b|dashboards?|surveys?\b|questionnaires?|qdp\b|learner voice|student voice"
    r"|(?:exam|assessment|mock|test|epa|btec|gcse|a[- ]level|awarding body|unit|end[- ]point assessment|initial assessment|diagnostic) (?:results|outcomes|grades|data|marks|scores)"
    r"|results day|results analysis|epao\b|mocks\b|learning walks?|lesson visits?|lesson observations?|observation records?|alps report|six dimensions|cpoms|my\s?concern|sims\b|arbor\b|bromcom"
    r"|power\s?bi|tableau|e-?portfolios?|one\s?file|smart assessor|\bbud\b|maytas|aptem|celcat|moodle (?:data|logs?|analytics|reports?)|canvas (?:data|analytics)|vle (?:data|logs?|analytics|reports?)"
    r"|markbook|work scrutin(?:y|ies)|book looks?|eqa reports?|iqa (?:reports?|samples?|records?)|focus groups?|exit (?:interviews?|forms?|data)|destination (?:data|surveys?|returns?|calls)|leavers'? data"
    r"|enrolment (?:data|figures|numbers)|attendance (?:data|reports?|figures|logs?|records?|system)|retention (?:data|reports?|figures)|achievement (?:data|reports?|figures)|progress (?:reports?|data|reviews?)|management information"
    r"|funding returns?|power school|spreadsheets?|governors'? report|performance tables|league tables|data (?:drops?|captures?|team|returns?|warehouse|pack|report|sheet|set)|monthly data|weekly data|behaviour logs?|incident logs?|case notes|parents'? evening feedback|employer feedback|apprentice feedback|learner feedback|student feedback|bksb|placement logs?|rarpa(?: reviews?)?|data returns?|\w+ logs?\b|(?!(?:new|better|more|use|using|our|the|of|and|good|with|their|this|that|all)\b)\w+ (?:centre )?data\b|century(?: tech)?|sparx|reports?\b(?= (?:show|from|will))|nss\b)"
)
_SOURCE_LEAD = (
    r"(?:(?:data |figures? |evidence |numbers? |stats )?(?:from|in|on|via|using|per|through|by)|according to|source\s*(?:is|:|=|-)?|evidenced?(?: by| in| from| is|:)?"
    r"|as shown (?:by|in|on)|shown (?:by|in|on)|measured (?:by|in|through|using|on|from|via|with)|tracked (?:by|in|through|on|via)|monitored (?:by|in|through|via|on)|recorded (?:in|on)|read(?:ing)? (?:from|off|in)"
    r"|we(?:'ll| will| can)? (?:see|know|check|tell|get|look|pull|read|take|find)(?: it| this| that| them)?(?: (?:in|from|on|off|by|at|through|via|with))?|check(?:ed)? (?:in|on|by|against|via|with|using)|look(?:ing)? at|pulled from|taken from|its? in|it's (?:in|on)|that's in|they're in|based on|seen in|reported in|verified (?:by|in|through))"
)
_SOURCE = re.compile(
    rf"\b(?P<lead>{_SOURCE_LEAD}\s+)?(?P<span>(?:(?:the|our|a|each)\s+)?(?:(?:weekly|monthly|termly|half[- ]?termly|annual|yearly|daily|college|centre|school|department(?:al)?|learner|student|apprentice|employer|pupil|end[- ]of[- ]\w+|in-year|final|internal|external|national|live|attendance|progress|retention|achievement|withdrawal|destination|exam|leavers?|gateway|january|june|spring|autumn|summer|own|\d{{4}}(?:/\d\d)?)\s+){{0,4}}"
    rf"{_SOURCE_NAMES}(?:\s+(?:retention|attendance|achievement|withdrawal|progress|learner|destination|weekly|monthly)(?=\s+(?:dashboards?|reports?|data|returns?)))?(?:\s+(?:dashboards?|reports?|data|systems?|returns?|surveys?|results|records?|figures|extracts?|screens?|tracker|trackers|analysis|logs?|entries|registers?|scores))*)",
    re.IGNORECASE,
)
# "Update the tracker" is something to do; "tracker" as source stands after a lead or on its own.
_SOURCE_AS_WORK = re.compile(
    rf"\b(?:{_DO}|new|better|improved|attend\w*)\s+(?:(?:the|a|an|our|all|every|new|their|weekly|use of|more|regular|better|\d+)\s+){{0,3}}$",
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

_MILESTONE = re.compile(
    r"\b(?:milestones?|check[- ]?points?|interim|halfway|half[- ]way|on the way|first check|staging post|along the way|mid[- ]?point|in the meantime)\b",
    re.IGNORECASE,
)

_NAME = r"(?:(?:Dr|Mr|Mrs|Ms|Miss|Prof)\.?\s+)?(?<!\w)[A-Z][a-zà-ÿ]+(?:['’](?!ll|m|s|re|d|ve)[A-Z]?[a-z]+)?(?:-[A-Z][a-zà-ÿ]+)?(?:\s+(?:[A-Z]\.?\s+)?(?:Mc|Mac|O['’])?[A-Z][a-zà-ÿ]+(?:-[A-Z][a-zà-ÿ]+)?)?"
_MENTION = r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>"
_WHO = rf"(?:{_MENTION}|{_NAME}|(?:[Mm]e|[Mm]yself|I(?:['’](?:ll|m|d))?)\b)"
_OWNERS = re.compile(
    rf"(?:(?:[Oo]wner|[Oo]wned by|[Ll]ed by|[Ll]ead|[Aa]ccountable|[Rr]esponsible|[Aa]ssigned to|[Gg]iven to)\s*(?:person\s*)?(?:is|will be|would be|=|:|-|should be|to)?\s*(?P<after>{_WHO}(?:\s*(?:,|and|&|/|with|\+)\s*{_WHO})*))"
    rf"|(?:(?P<before>{_WHO}(?:\s*(?:,|and|&|/|\+)\s*{_WHO})*)\s+(?:(?:will )?(?:own|lead)(?: it| this)?\b|(?:will )?be (?:the )?(?:owner|accountable|responsible|lead)|owns|leads|own|lead|is (?:the )?(?:owner|accountable|responsible|lead)|to (?:own|lead)|am (?:the )?(?:owner|accountable|responsible)|are (?:the )?(?:owners|accountable|responsible)|will (?:do|take) (?:it|this)(?: on)?)\b)",
)
_GROUP = re.compile(
    r"\b(?:(?:the\s+|our\s+|all\s+)?(?:\w+\s+){0,2}?(?:teams?|departments?|dept|faculty|school of \w+|staff|slt|smt|hods|heads of (?:department|school)|tutors|teachers|lecturers|assessors|managers|committee|everyone|all of us|everybody|the college|quality office))\b",
    re.IGNORECASE,
)
_NOT_NAMES = frozenset(
    "The This That We I It They Our My By From To In On At And But So Because January "
    "February March April May June July August September October November December Easter "
    "Christmas Level Year GCSE English Maths Ofsted Monday Tuesday Wednesday Thursday Friday "
    "Who When What Where Not Yes No Dunno Good Learners Students Apprentices Attendance "
    "Retention Achievement Department Team Staff Head Each All Every More Milestone Owner "
    "Target Baseline Nobody Someone Science Engineering Digital".split()
)


# One turn reads the same impact for several criteria; a reading is a value and can be shared.
@lru_cache(maxsize=256)
def read(
    text: str,
    today: date,
    *,
    action: str = "",
    asked: str | None = None,
) -> Reading:
    """Read one reply typed on the day `today`, about the given action.

    `asked` names the field the person was asked for ("impact", "baseline", …): a lone figure or
    bare words are then taken as the answer to that question. Text beyond `LONGEST_REPLY`
    characters is not read.
    """
    text = text[:LONGEST_REPLY].translate(_PUNCTUATION)
    dates = find_dates(text, today)
    figures = find_figures(text, dates)
    affirmed = _NOT_JUST.sub(
        lambda m: " " * len(m.group()) if _only_denies(m.group()) else m.group(), text
    )
    named = find_measure(affirmed)
    if (
        named
        and _STAFF_MEASURE.search(affirmed)
        and not re.search(rf"\b{LEARNERS}\b", affirmed, re.I)
    ):
        named = None
    milestones, milestone_spans = _milestones(text, dates, asked)
    in_milestone = [
        f for f in figures if any(start <= f.start < end for start, end in milestone_spans)
    ]
    levels = [f for f in figures if f not in in_milestone]
    learner_outcome = _is_learner_outcome(affirmed, named)
    baseline, target, disagree = _levels(
        levels, asked, of_a_measure=named is not None or learner_outcome
    )
    due, baseline_date = _due(text, dates, milestone_spans, today, asked)
    source = _source(text, affirmed, asked)
    rung = _rung(affirmed, learner_outcome)
    reason, driver = _reason(text, asked)
    owners, group = _people(text, asked)
    level_to_reach = target is not None or bool(_TO_A_STANDARD.search(affirmed))
    reading = Reading(
        text=text,
        rung=rung,
        learner_outcome=learner_outcome,
        measurable=(level_to_reach and target is not None and target.unit == "grade")
        or level_to_reach
        and (learner_outcome or named is not None or _has_indicator(affirmed)),
        measure=named[0] if named else None,
        measure_words=named[1] if named else None,
        baseline=baseline.text if baseline else None,
        target=target.text if target else None,
        figures=tuple(figures),
        unit=_unit(named[0] if named else None, baseline, target),
        direction=_direction(affirmed, named),
        due=due,
        baseline_date=baseline_date,
        evidence_source=source,
        driver=driver,
        reason=reason,
        milestones=milestones,
        figures_disagree=disagree,
        dates=tuple(dates),
        owners=owners,
        group_owner=group,
    )
    return replace(reading, restates_action=_restates(reading, affirmed, action))


_TO_A_STANDARD = re.compile(
    r"\b(?:to|at|above|reach|match|meet|exceed|in line with|at least|beat|hit|up to|better than|equal to)\b(?:\s+(?:or|the|or above|at|least|our|above))*\s+(?:national|sector|college|benchmark|county|whole[- ]college)(?:ly)?\s*(?:average|rate|rates|benchmark|level|figure|target|mean)?\b"
    r"|\b(?:close|eliminate|remove) the gap\b|\bgap (?:is )?(?:closed|gone|eliminated)\b|\bno gap\b|\bzero\b|\bin line with (?:all|other|their) (?:other )?(?:learners|students|peers)\b",
    re.IGNORECASE,
)


def _has_indicator(text: str) -> bool:
    return bool(
        re.search(
            rf"\b(?:share|proportion|percentage|number|rate|score|average|{LEARNERS})\b|%|per cent",
            text,
            re.I,
        )
    )


def _only_denies(stretch: str) -> bool:
    """Whether "not just …" introduces what is denied; a mere "more than 65%" is no denial."""
    return not re.search(r"\d", stretch) and not stretch.lower().startswith("more than")


def _is_learner_outcome(text: str, named: tuple[Measure, str] | None) -> bool:
    for clause in re.split(r"[.;!?\n|\t]|,? so (?:that )?|,? which means |,? meaning |, ", text):
        if not clause.strip():
            continue
        given = _ONLY_GIVEN.sub(" ", clause)
        if (
            _STAFF_BETTER.search(clause)
            and not re.search(r"\d", clause)
            and not re.search(rf"\b{LEARNERS}\b", clause, re.I)
        ):
            continue
        if _STAFF_SUBJECT.match(clause) and not re.search(rf"\b{LEARNERS}\b", clause, re.I):
            staff_only = find_measure(clause) is None or bool(_STAFF_MEASURE.search(clause))
            if staff_only:
                continue
        if _LEARNERS_OUTCOME.search(given):
            return True
        in_clause = find_measure(_STAFF_MEASURE.sub(" ", given)) if named else None
        if in_clause and in_clause[0].key not in NOT_OF_LEARNERS:
            return True
    return False


def _rung(text: str, learner_outcome: bool) -> Rung:
    if learner_outcome:
        return Rung.LEARNERS
    if _STAFF_BETTER.search(text):
        return Rung.OUTPUT
    if _PRACTICE.search(text):
        return Rung.PRACTICE
    if _DONE.search(text) and _ACTING.search(text):
        return Rung.OUTPUT
    return Rung.ACTIVITY if _ACTING.search(text) else Rung.NONE


def _restates(reading: Reading, text: str, action: str) -> bool:
    """Only the action again: doing, or its object being better, and nothing that follows from it."""
    if reading.learner_outcome or not text.strip():
        return False
    said, planned = content_stems(text), content_stems(action)
    shared = len(said & planned) / len(said) if said else 0.0
    if reading.reason and len(reading.reason) > 0.6 * len(text):
        return False
    if reading.rung in (Rung.ACTIVITY, Rung.OUTPUT):
        return True
    if reading.rung is Rung.PRACTICE:
        return shared >= 0.5
    return bool(said) and shared >= 0.5


def _levels(
    figures: list[Figure], asked: str | None, *, of_a_measure: bool
) -> tuple[Figure | None, Figure | None, bool]:
    """The first baseline and the first target; a change stands as target where no level does."""

    def of(part: Part) -> list[Figure]:
        return [f for f in figures if f.part is part]

    if not of_a_measure and asked not in ("baseline", "target"):
        # "14 clubs": a bare number counts something done, unless it is of a measure of learners.
        figures = [f for f in figures if f.unit is not None]
    baselines, targets, unknown = of(Part.BASELINE), of(Part.TARGET), of(Part.UNKNOWN)
    real = [f for f in targets if f.unit != "all"]
    if real and len(real) < len(targets) and asked != "target":
        # "all learners" beside a figure says who, not how many.
        targets = real
    if asked == "baseline" and not baselines:
        spare = unknown or (targets if len(targets) == 1 and len(figures) == 1 else [])
        baselines = spare[:1]
        targets = [f for f in targets if f not in baselines]
        unknown = [f for f in unknown if f not in baselines]
    elif asked == "target" and not targets:
        spare = unknown or (baselines if len(baselines) == 1 and len(figures) == 1 else [])
        targets = spare[:1]
        baselines = [f for f in baselines if f not in targets]
        unknown = [f for f in unknown if f not in targets]
    if not baselines and not targets and len(unknown) >= 2 and _alike(unknown[0], unknown[1]):
        baselines, targets, unknown = [unknown[0]], [unknown[1]], unknown[2:]
    if not targets and unknown and (asked in (None, "impact", "measure", "action") or baselines):
        targets = unknown[:1]
    baseline = baselines[0] if baselines else None
    target = targets[0] if targets else None
    if target is None:
        changes = of(Part.CHANGE)
        target = changes[0] if changes else None
    disagree = len(real) > 1 and asked == "target" and len({f.value for f in real}) > 1
    return baseline, target, disagree


def _alike(first: Figure, second: Figure) -> bool:
    return first.unit == second.unit or None in (first.unit, second.unit)


def _unit(measure: Measure | None, baseline: Figure | None, target: Figure | None) -> str | None:
    for figure in (target, baseline):
        if figure and figure.unit in ("%", "grade"):
            return figure.unit
        if figure and figure.unit == "ratio":
            return "ratio"
    return measure.unit if measure else None


_DOWNWARD = re.compile(
    r"\b(?:fewer|less|reduc\w+|cut(?:ting)?|lower(?:ed|ing)?|halv\w+|fall(?:s|ing)? (?:to|from|by)|drop(?:s|ped|ping)? (?:to|from|by)|down (?:to|from|by)|no more than|below|under|clos\w+ the gap|narrow\w*)\b",
    re.IGNORECASE,
)


def _direction(text: str, named: tuple[Measure, str] | None) -> Direction | None:
    """Which way is better; words such as "absence" or "failures" turn an upward measure round."""
    if named is None:
        return None
    measure, words = named
    if re.search(
        r"\b(?:absen\w+|late\w*|fail\w*|no[- ]shows?|miss(?:ed|ing)?|neets?|below target)\b",
        words,
        re.I,
    ):
        return Direction.LOWER
    return measure.direction


def _milestones(
    text: str, dates: list[FoundDate], asked: str | None
) -> tuple[tuple[tuple[date | None, str], ...], list[tuple[int, int]]]:
    """Dated checks on the way, with the stretches of text they were read from."""
    found: list[tuple[date | None, str]] = []
    spans: list[tuple[int, int]] = []
    for match in re.finditer(r"[^.;!?\n|\t]+(?:\.(?=\d)[^.;!?\n|\t]+)*", text):
        clause = match.group()
        marker = _MILESTONE.search(clause)
        if not marker and asked != "milestone":
            continue
        start, end = match.start(), match.end()
        if marker and asked != "milestone":
            start, end = _around(text, match, marker, dates)
        inside = [d for d in dates if start <= d.start < end]
        if not inside and not marker and asked == "milestone" and len(clause.split()) < 2:
            continue
        words = _MILESTONE.sub("", text[start:end]).strip(" ,:;-–.()")
        words = re.sub(
            r"^(?:with|and|as|of|a|an|the|is|at|our|first|=|:)\s+", "", words, flags=re.I
        ).strip(" ,:-")
        beyond_date = content_stems(_without(words, dates, text))
        if not words or (not beyond_date and not re.search(r"\d", _without(words, dates, text))):
            continue
        if asked == "milestone" and found and not inside:
            found[-1] = (found[-1][0], f"{found[-1][1]}; {words}")
        else:
            found.append((inside[0].day if inside else None, words))
        spans.append((start, end))
    return tuple(found), spans


def _without(words: str, dates: list[FoundDate], text: str) -> str:
    """The words with every date taken out."""
    for found in dates:
        words = words.replace(text[found.start : found.end], " ")
    return words


def _around(
    text: str, clause: re.Match[str], marker: re.Match[str], dates: list[FoundDate]
) -> tuple[int, int]:
    """The comma-bounded part of a sentence that holds the milestone and its date."""
    start, end = clause.start(), clause.end()
    at = clause.start() + marker.start()
    cuts = (
        [start]
        + [
            start + m.end()
            for m in re.finditer(r",\s*(?:with|and)?\s*|\band\b|\bwith\b|\(", clause.group())
        ]
        + [end]
    )
    pieces = list(zip(cuts, cuts[1:], strict=False))
    here = next((i for i, (a, b) in enumerate(pieces) if a <= at < b), 0)
    first, last = pieces[here]
    if not any(first <= d.start < last for d in dates) and here + 1 < len(pieces):
        last = pieces[here + 1][1]
    return first, last


def _due(
    text: str,
    dates: list[FoundDate],
    milestone_spans: list[tuple[int, int]],
    today: date,
    asked: str | None,
) -> tuple[date | None, date | None]:
    """The date by which, and the date of the starting figure where one is said."""
    free = [d for d in dates if not any(a <= d.start < b for a, b in milestone_spans)]
    by: list[date] = []
    other: list[date] = []
    when: date | None = None
    for found in free:
        before = text[max(0, found.start - 26) : found.start].lower()
        stretch = text[found.start : found.end].lower()
        if re.search(
            r"\b(?:in|since|from|as at|as of|last|on|for|at)\s*(?:the\s+)?$", before
        ) or stretch.startswith(("in ", "since ", "from ", "last ", "on ", "for ")):
            past = found.day < today or "last" in before + stretch or "since" in before + stretch
            if past and asked != "due":
                when = when or found.day
                continue
            other.append(found.day)
        elif re.search(
            r"\b(?:by|before|until|till|due|deadline|end|end of)\W*(?:the\s+)?(?:end of\s+)?$",
            before,
        ) or re.match(r"(?:the\s+)?(?:by|before|until|till|end|due)\b", stretch):
            by.append(found.day)
        elif found.day < today and asked != "due":
            when = when or found.day
        else:
            other.append(found.day)
    chosen = by or other
    if asked in ("impact", None) and not by and len(other) > 1:
        chosen = [max(other)]
    return (chosen[0] if chosen else None), when


def _source(text: str, affirmed: str, asked: str | None) -> str | None:
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
    loose = re.search(
        r"\b(?:as shown (?:by|in|on)|source\s*[:=]|evidence\s*[:=]|measured (?:by|in|through|using|from)|according to)\s*(?:the\s+|our\s+)?(?P<span>[\w][\w '&/-]{2,60})",
        affirmed,
        re.I,
    )
    return loose["span"].strip() if loose else None


def _reason(text: str, asked: str | None) -> tuple[str | None, Driver | None]:
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


def _people(text: str, asked: str | None) -> tuple[tuple[str, ...], str | None]:
    """The people named as accountable, and a team or department named instead of a person."""
    names: list[str] = []
    group: str | None = None
    match = _OWNERS.search(text)
    if match:
        names = re.findall(_WHO, match["after"] or match["before"])
        if (
            asked != "owner"
            and all(n in ("I", "me", "Me", "Myself", "myself") for n in names)
            and match["before"]
        ):
            # "I will do this" in passing names nobody as accountable.
            names = [] if re.search(r"will (?:do|take)", match.group()) else names
    elif asked == "owner":
        names = re.findall(rf"{_MENTION}|{_NAME}|\b(?:me|myself|I)\b", text, re.M)
        if (
            not names
            and re.fullmatch(
                r"[a-z]+(?:[ -][a-z]+){0,2}(?:\s*(?:and|&|,)\s*[a-z]+(?: [a-z]+)?)?",
                text.strip(" .").lower(),
            )
            and not _GROUP.search(text)
        ):
            names = [
                n.strip().title() for n in re.split(r"\s*(?:\band\b|&|,)\s*", text.strip(" ."))
            ]
    elif re.fullmatch(rf"\s*{_MENTION}\s*", text):
        names = [text.strip()]
    names = [n for n in names if n.split()[0] not in _NOT_NAMES or n.startswith("I")]
    if asked == "owner" or match:
        grouped = _GROUP.search(text if asked == "owner" else match.group() if match else "")
        if grouped and not names:
            group = grouped.group().strip()
    if not names and group is None:
        said = re.search(
            r"\b(?:owner|owned by|led by|accountable|responsible)\s*(?:person\s*)?(?:is|will be|:|=|-)?\s*(?P<who>[^.;,\n]+)",
            text,
            re.I,
        )
        grouped = _GROUP.search(said["who"]) if said else None
        group = grouped.group().strip() if grouped else None
    return tuple(dict.fromkeys(names)), group
