"""Whether a statement is a change for learners, or only the action said again.

The impact ladder in patterns: what staff do, what they make, how their practice changes, and what
learners then achieve, attend, say or can do.
"""

import re
from enum import IntEnum

from bot.coaching.figures import LEARNERS
from bot.coaching.measures import NOT_OF_LEARNERS, Measure, find_measure
from bot.coaching.words import content_stems


class Rung(IntEnum):
    """The impact ladder: how far a statement reaches from doing something towards learners."""

    NONE = 0
    ACTIVITY = 1
    OUTPUT = 2
    PRACTICE = 3
    LEARNERS = 4


STAFF = (
    r"(?:staff|teachers?|tutors?|lecturers?|assessors?|managers?|trainers?|coaches|mentors?|leaders?"
    r"|colleagues|(?:the |our )?teams?|departments?|practitioners?|we|i|hods?|slt|governors?|employers?"
    r"|technicians?|lsas?|tas?|curriculum (?:leads?|managers?|areas?)|heads?|everyone in the team|all of us)"
)
DOING = (
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
    r"|behave\w*|contribut\w+|participat\w+|work(?:s|ing)? (?:at|above|independently|on target)|remember\w*|recall\w*|explain\w*|choose|find (?:work|jobs?|employment)|stop(?:s)? \w+ing|fall(?:s|ing)? behind|retake\w*|resit\w*|do(?:ing)? (?:better|well|stuff|things)|talk\w*|speak\w*|like (?:it|the|being|coming)|(?:be|become|becoming|becomes) (?:much |far |a lot )?(?:better|more|less)|(?:stick\w*|stuck) (?:with|at|it)|settl\w+|cop(?:e|es|ing)|kept on|keep\w* (?:going|up|on)|giv\w+ up|travel\w*|work(?:s|ing)? out|leav\w+ (?:\w+ )?with|with (?:a|an) (?:\w+ )?(?:offer|place|job))"
)
_LEARNERS_ARE = (
    r"(?:more (?:confident|engaged|motivated|independent|prepared|resilient|likely|punctual|able)|on track|on target|prepared|ready|work[- ]ready|"
    r"confident|engaged|safe|safer|happier|happy|retained|ready|in (?:work|education|employment|lessons|class|college|more|every)|in (?:sustained|paid)|absent|late|on time|able)"
)
_CHANGE_WORDS = r"(?:rise|rises|rising|increas\w+|improv\w+|up|higher|better|grow\w*|go(?:es)? up|fall|falls|falling|reduc\w+|drop(?:s|ped)?|down|lower|fewer|less|cut|halv\w+|doubl\w+|clos\w+|narrow\w*|more)"
_LEARNERS_OUTCOME = re.compile(
    rf"\b{LEARNERS}\b(?:'s?)?(?: (?!staff|tutors|teachers)[\w'-]+){{0,5}}? (?:{_LEARNERS_DO}|{_LEARNERS_ARE})\b"
    rf"|\b(?:improve\w*|gains?|growth|rise|increase|progress) in (?:the |our |all )?{LEARNERS}'?s?\b"
    rf"|\b(?:fewer|less|more|no) (?:{LEARNERS}|of (?:them|these)) (?:will )?\w+|\bfewer (?:will )?(?:leave|fail|miss|drop)\w*"
    rf"|\bleavers down\b|\bbetter (?:readers|writers|speakers)\b|\b(?:lose|losing) (?:fewer|less|no more)\b"
    rf"|\b(?:they'll|they will|they'd)\b (?:[\w']+ ){{0,3}}?(?:{_LEARNERS_DO})\b"
    rf"|\b(?:they|them|cohort|class|group|those|who)\b (?:[\w']+ ){{0,3}}?(?:{_LEARNERS_DO})\b"
    rf"|\b(?:more|fewer|less|most|all|no|every|few|each|\d+\s*%) (?:of )?(?:\w+ ){{0,4}}?{LEARNERS}\b"
    rf" (?:[\w'-]+ ){{0,3}}?(?:{_LEARNERS_DO}|{_LEARNERS_ARE}|{_CHANGE_WORDS})"
    rf"|\b(?:helps?|enabl\w+|allow\w*|let|lets|get(?:s|ting)?) (?:\w+ ){{0,2}}?{LEARNERS} (?:to )?(?:\w+ )?{_LEARNERS_DO}\b",
    re.IGNORECASE,
)
# Said of learners, yet only of what is given to them or planned for them.
_ONLY_GIVEN = re.compile(
    rf"\b{LEARNERS}\b(?: [\w'-]+){{0,2}}? (?:(?:will |should |can |to |now |all )*(?:have|has|had|get|gets|getting|receiv\w+|be (?:given|offered|provided|supported|issued|sent|told|informed)|are (?:given|offered|provided|supported|issued|told|informed)|benefit\w*|access\w*|use the|enjoy|be aware|are aware|been))"
    rf"(?: (?:from|to|with|of|access|a|an|the|more|better|new|improved|good|great|all|some|their|up[- ]to[- ]date|high[- ]quality|clear|regular|detailed|extra|additional|\d+|weekly|personal|individual|necessary|right|appropriate|quality|longer|bigger|shorter|smaller|fuller|free|written|own|same|different))* "
    rf"{_ARTEFACT}\b"
    rf"|\b(?:support|help|benefit|engage|inspire|meet the needs of|for|with)(?:ing|s)? (?:all |our |the )?{LEARNERS}\b(?! (?:to )?(?:\w+ )?{_LEARNERS_DO})"
    rf"|\b{LEARNERS}'? (?:experience|needs|support|journey|voice|work|files|records|profiles|forum|council|reps?)\b",
    re.IGNORECASE,
)
_STAFF_SUBJECT = re.compile(
    rf"^(?:\W|and |so |that |then |all |our |the |most |every |each |which means |more |\d+\s*%? (?:of )?)*{STAFF}\b",
    re.IGNORECASE,
)
STAFF_MEASURE = re.compile(
    r"\b(?:staff|teachers?|tutors?|lecturers?|assessors?|cpd|training|governors?|meetings?|workshops?)(?:'s?)? (?:\w+ ){0,2}?"
    r"(?:attendance|attend\w*|satisfaction|survey|retention|punctuality|absence|confidence|pass\w*|achiev\w*|complet\w+|progress\w*)\b"
    r"|\b(?:attend\w*|complet\w+|pass\w*|satisf\w+|report\w*|achiev\w+) (?:\w+ ){0,3}?(?:of |by |from |the )*(?:cpd|training|workshops?|inset|meetings?|staff|tutors?|teachers?|observations?)\b",
    re.IGNORECASE,
)
_PRACTICE = re.compile(
    rf"\b{STAFF}\b(?: [\w'-]+){{0,4}}? (?:us(?:e|es|ing)|appl(?:y|ies|ying)|give|giving|gives|mark\w*|plan\w*|teach\w*|adapt\w*|challeng\w+|respond\w*|question\w*|check\w*|follow\w*|act(?:s|ing)? on|set|sets|setting|expect\w*|model\w*|differentiat\w+|return\w*)\b"
    r"|\b(?:in (?:every|all|most) lessons?|seen in lessons?|lessons? (?:will )?(?:include|start|end|have))\b",
    re.IGNORECASE,
)
_STAFF_BETTER = re.compile(
    rf"\b{STAFF}\b[^.;!?\n]{{0,30}}?\b(?:confiden\w+|skill\w*|aware\w*|knowledge\w*|trained|upskilled|understand\w*|consisten\w+|better at|motivated)\b",
    re.IGNORECASE,
)
_ACTING = re.compile(
    rf"\b{DOING}\b(?:[^.;!?\n]{{0,60}}?)\b(?:{_ARTEFACT}|{STAFF})\b|\b{_ARTEFACT}\b[^.;!?\n]{{0,40}}?\b(?:{DOING}|{_BETTER})\b"
    rf"|\b{_BETTER}\b[^.;!?\n]{{0,25}}?\b(?:{_ARTEFACT}|{STAFF})\b|\b{STAFF}\b[^.;!?\n]{{0,40}}?\b(?:{DOING}|{_BETTER})\b",
    re.IGNORECASE,
)
_DONE = re.compile(
    rf"\b(?:been|is|are|be|were|was|now|have|has)\b[^.;!?\n]{{0,30}}?\b(?:{_BETTER}|\w+ed)\b|\b{_BETTER}\b",
    re.IGNORECASE,
)
NOT_JUST = re.compile(
    r"\b(?:not|isn't|aren't|rather than|instead of|more than|never|beyond)\s+(?:just|only|simply|merely|about)?\s*(?:the\s+)?[^,;:.!?\n–-]{0,60}?(?:[,;:–-]|\bbut\b|$)", re.IGNORECASE
)  # fmt: skip
TO_A_STANDARD = re.compile(
    r"\b(?:to|at|above|reach|match|meet|exceed|in line with|at least|beat|hit|up to|better than|equal to)\b(?:\s+(?:or|the|or above|at|least|our|above))*\s+(?:national|sector|college|benchmark|county|whole[- ]college)(?:ly)?\s*(?:average|rate|rates|benchmark|level|figure|target|mean)?\b"
    r"|\b(?:close|eliminate|remove) the gap\b|\bgap (?:is )?(?:closed|gone|eliminated)\b|\bno gap\b|\bzero\b|\bin line with (?:all|other|their) (?:other )?(?:learners|students|peers)\b",
    re.IGNORECASE,
)


# What a provider counts of its own work: levels of these are no change for learners.
_OF_THE_PROVIDER = re.compile(
    rf"\b(?:{STAFF}|reviews?|paperwork|observations?|visits?|meetings?|vacanc\w+|turnover|sickness"
    r"|budgets?|costs?|spend\w*|emails?|audits?|files?|forms?|documents?|polic(?:y|ies)|cpd|training"
    r"|parents|governors?|licen[cs]es?|machines?|equipment|lessons? (?:graded|observed|seen)"
    r"|teaching|cancel\w*|opening|library|rooms?|sessions? a|known destinations|response times?|returns? submitted|invoices?|marking)\b",
    re.IGNORECASE,
)
# Someone who argues with the question, and someone who tells what it saves the staff.
_OBJECTS = re.compile(
    r"\b(?:do (?:i|we) (?:really )?have to|don'?t see why|not my job|what'?s the point|obvious\w*"
    r"|already (?:told|said|answered|explained)|doesn'?t apply|waste of time|why do (?:i|we|you)"
    r"|stop asking|not sure what you (?:want|mean)|no idea)\b",
    re.IGNORECASE,
)
_EASES_WORK = re.compile(
    r"\b(?:fewer (?:e?-?mails|queries|complaints|meetings)|less (?:work|paperwork|admin|stress|chasing)"
    r"|stops? \w+ing|sav(?:es?|ing) (?:us |me |staff )?(?:time|money)|hold \w+ to account|easier (?:for|to))\b",
    re.IGNORECASE,
)
# Something got, made or put up, in as few words as people use for it.
_HAD = re.compile(
    r"\b(?:bought|purchased|ordered|signed|installed|advertised|scanned|loaded|refurbished|sent|printed|laminated|appointed|recruited|in post"
    r"|in place|set up|uploaded|published|issued|done|up by|finished|ready|delivered|completed|written)\b",
    re.IGNORECASE,
)


def is_of_the_provider(text: str) -> bool:
    """Whether the text is about the provider's own people, papers or work and names no learners."""
    return not re.search(rf"\b{LEARNERS}\b", text, re.I) and bool(_OF_THE_PROVIDER.search(text))


def has_indicator(text: str) -> bool:
    return bool(
        re.search(
            rf"\b(?:share|proportion|percentage|number|rate|score|average|{LEARNERS})\b|%|per cent",
            text,
            re.I,
        )
    )


def only_denies(stretch: str) -> bool:
    """Whether "not just …" introduces what is denied; a mere "more than 65%" is no denial."""
    return not re.search(r"\d", stretch) and not stretch.lower().startswith("more than")


# "Tutors raise attendance" is an outcome, "tutors follow up absence" is work.
_MOVES = re.compile(
    r"\d|\b(?:rais|increas|improv|reduc|cut|lift|boost|halv|doubl|lower|higher|rise|fall|drop)\w*",
    re.IGNORECASE,
)


def is_learner_outcome(text: str, named: tuple[Measure, str] | None) -> bool:
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
            staff_only = (
                find_measure(clause) is None
                or STAFF_MEASURE.search(clause) is not None
                or not _MOVES.search(clause)
            )
            if staff_only:
                continue
        found = _LEARNERS_OUTCOME.search(given)
        if found and not _means_staff(found.group(), text):
            return True
        in_clause = find_measure(STAFF_MEASURE.sub(" ", given)) if named else None
        if in_clause and in_clause[0].key not in NOT_OF_LEARNERS:
            only_a_source = "survey" in in_clause[1].lower() and not _LEVEL_WORDS.search(clause)
            if not only_a_source:
                return True
    return False


_LEVEL_WORDS = re.compile(
    rf"\d|\b(?:{_CHANGE_WORDS}|most|all|half|twice|half|double)\b", re.IGNORECASE
)


def _means_staff(found: str, text: str) -> bool:
    """Whether "they …" speaks of staff: the last people named before it were staff."""
    if not re.match(r"(?:they|them|those|who|team|group)\b", found, re.I):
        return False
    before = text[: text.index(found)] if found in text else ""
    staff = [m.end() for m in re.finditer(rf"\b{STAFF}\b", before, re.I)]
    learners = [m.end() for m in re.finditer(rf"\b{LEARNERS}\b", before, re.I)]
    return max(staff, default=0) > max(learners, default=0)


def rung_of(text: str, learner_outcome: bool) -> Rung:
    if learner_outcome:
        return Rung.LEARNERS
    if _STAFF_BETTER.search(text):
        return Rung.OUTPUT
    if _PRACTICE.search(text):
        return Rung.PRACTICE
    if _DONE.search(text) and _ACTING.search(text):
        return Rung.OUTPUT
    return Rung.ACTIVITY if _ACTING.search(text) else Rung.NONE


def restates(text: str, action: str, rung: Rung, reason: str | None) -> bool:
    """Only the action again: doing, or its object being better, and nothing that follows from it."""
    if rung is Rung.LEARNERS or not text.strip():
        return False
    said, planned = content_stems(text), content_stems(action)
    shared = len(said & planned) / len(said) if said else 0.0
    if reason and len(reason) > 0.6 * len(text):
        return False
    if _OBJECTS.search(text) or (_EASES_WORK.search(text) and not shared):
        return False
    if rung in (Rung.ACTIVITY, Rung.OUTPUT):
        return True
    few = len(said) <= 10
    return bool(said) and (shared >= 0.5 or (few and bool(said & planned or _HAD.search(text))))
