"""Whether a question in a model's words may be asked: one, short, and only about the gap.

It must put nothing into the person's mouth, praise nothing weak, claim nothing, and lead nowhere
else. What fails is replaced by the rules' own words.
"""

import re
from datetime import date

from bot.coaching import wording
from bot.coaching.dates import MONTHS, find_dates
from bot.coaching.naming import is_english
from bot.coaching.numbers import number
from bot.coaching.privacy import private
from bot.coaching.tokens import VOCABULARY, tokenise
from bot.coaching.verifying import RECORDS, levels
from bot.coaching.words import content_stems, straight

MOST_WORDS = 45
_DEGREE = r"(?:(?:really|very|so|quite|most|much|both|all|just|more|now|already|perfectly|certainly|extremely|wonderfully|clear|short) (?:and )?){0,2}"
_FINE = (
    r"(?:helpful|clear(?! (?:who|what|whether|where|how|that|which|to|from|for))|clearer|useful|sensible|ambitious|valuable|worthwhile|convincing|promising|encouraging|precise|specific"
    r"|thorough|reasonable|fine|interesting|thoughtful|smart|wise|bright|sound|right|exactly|lovely|realistic|concrete|neat|heartening|refreshing)"
)
_PRAISE = re.compile(
    r"\b(?:great|excellent|fantastic|brilliant(?:ly)?|perfect|wonderful|impress(?:ive|ed)|superb|amazing|awesome"
    r"|well done|good (?:work|job|start|stuff|answer|point|thinking|goal|aim|idea(?! of)|choice|one)|nice(?:ly)?|lovely|love (?:that|this|it)"
    r"|strong|spot[- ]on|solid|outstanding|terrific|really good|very good|that(?:'s| is) good|sounds good|works? (?:very |really )?well|good effort|thank(?:s| you)|thanks"
    r"|insightful|inspiring|admir\w+|commendable|exemplary|remarkabl[ey]|first[- ](?:rate|class)|top[- ]notch|top marks|masterpiece|genius|clever(?:ly)?|marvellous|splendid"
    r"|magnificent|beautiful(?:ly)?|delightful|congratulations|bravo|kudos|hats off|full marks|proud of (?:you|this|that)|(?:i'm|i am|so) (?:proud|delighted)|credit to you|keep (?:it|this) up|well (?:put|said|written|thought|explained)"
    r"|(?:that|this|it|which|your \w+) (?:\w+ )?makes? (?:\w+ ){0,3}sense|(?:you(?:'re| are)|that(?:'s| is)|this is|your \w+ is) (?:\w+ )?(?:on|along|in) the right (?:track|lines|direction)|(?:could|can) (?:not|hardly|scarcely) be (?:better|clearer|more)|couldn't be (?:better|clearer|more)|(?:exactly|just|precisely) (?:what|right)|now (?:that|this) is|(?:put|said|answered|explained|done|chosen) (?:that|it|this|so) (?:very |so |really )?(?:well|clearly)|(?:big|real|great|huge|major) (?:step|improvement|leap)|helps (?:a lot|greatly)|got the hang"
    r"|i (?:really |do |very much |quite )?(?:like|love|appreciate)|you(?:'re| are) (?:doing|coming along|getting on) (?:\w+ ){0,2}(?:well|fine|good|right|thing|nicely|job)"
    r"|you(?:'re| are) (?:the best|an? (?:\w+ )?(?:star|natural|pro|expert|hero|leader|manager|teacher|coach)|so|such)"
    r"|you (?:have |'ve )?(?:clearly|obviously|evidently|plainly|really(?= care)) (?:care|know|think|thought|put|understand|understood|get|got))\b"
    rf"|\b(?:that|this|it|which|what you (?:say|said|wrote|put)|(?:your|the) (?:\w+ )?(?:answer|reply|words|wording|idea|aim|goal|thinking|point|plan|action|impact|target|choice|start|explanation|sentence))(?:'s| is| was| are| were| sounds| looks| seems| reads) {_DEGREE}{_FINE}\b"
    rf"|\b(?:an?|such|what|how|some) {_DEGREE}{_FINE} (?:answer|reply|words|wording|idea|aim|goal|thinking|point|plan|choice|start|explanation|thought|step|way to put)\b"
    rf"|\b(?:how|so) {_FINE}[.,;:]|(?:^|[.,;:]\s)(?:that helps|(?:super|fab|{_DEGREE}{_FINE})(?=[.,;:]| and\b))"
    r"|(?:^|[.;:!]\s)(?:good|well|better)\b",
    re.IGNORECASE,
)
# A question must not say that something has been done with the action.
_DONE = (
    r"(?:agreed|approve[sd]|stored|saved|recorded|signed|closed|finali[sz]ed|completed|deleted|updated|submitted|sent"
    r"|complete|final|done)"
)
_OURS = r"(?:(?:the|your|this) (?:\w+ )?(?:action|plan|draft|impact|wording|text|answer|reply|entry|target|date|measure|milestone|baseline|evidence|words|owner|data|figures?|deadline))"
# Those whom a person may be made to fear, or to trust too much.
_ABOVE = r"(?:(?:(?:your|the|our|my) )?(?:\w+ )?(?:principal|managers?|governors?|head|lead|ofsted|inspectors?|team|hr|board|boss|everyone|everybody))"
_TOLD = (
    r"(?:told|e-?mailed|informed|notified|messaged|contacted|spoken|spoke|rang|rung|phoned|texted|checked|added|passed|written|changed|booked|marked|shared|forwarded|moved|filled|linked|entered|logged|put"
    r"|set|made|let|arranged|scheduled|created|copied|posted|published|accepted|confirmed|corrected|improved|rewritten|drafted|chosen|picked|decided|reported|raised|flagged|given|taken|reminded|promised|looked"
    r"|found|assigned|ordered|graded|judged|tested|verified)"
)
_SERVES = (
    r"(?:remind|send|e-?mail|write|draft|inform|notify|message|pass|forward|share|book|arrange|create|contact|speak|chase|fill|update|save|store|submit|ring|call|phone|schedule|suggest|propose|offer|take care|sort"
    r"|finish|complete|handle|rewrite|reword|improve|correct|fix|invent|guess|advise|recommend|keep you|vouch|accept|make (?:sure|up)|choose|pick|tell|help)"
)
_CLAIMS = re.compile(
    rf"\b(?:i|we|it|this|that|action|plan|draft|impact|wording|text|answer|entry|target|everything|all|manager|lead)\b"
    rf"[^.?;:]{{0,30}}\b{_DONE}\b"
    rf"|(?:^|[.;:]\s){_DONE}\b|\b(?:has|have|had) (?:now |already |just )?(?:been )?{_DONE}\b"
    r"|\b(?:is|are|was|were) (?:now |all |already )?(?:approved|stored|saved|recorded|signed|closed)\b"
    r"|\b(?:i|we)(?: am|'m| are|'re) (?:\w+ )?(?:happy|pleased|satisfied|content|delighted) (?:with|about|by|that)\b"
    r"|\b(?:all|job|task|work) (?:now )?(?:sorted|set|good|fine|finished|ticked|done|complete)\b(?= ?[.,;:]| and| then)|\bsigned[ ,]+sealed\b|\bsealed and\b|\bdone and dusted\b"
    r"|\bnothing(?:'s| is)? (?:more|else|further|left|missing|remains|outstanding)\b|\bno (?:more|further) (?:\w+ )?(?:is |are )?(?:needed|required|necessary)\b|\b(?:all|everything) (?:that )?(?:i|we) need(?:ed)?\b"
    r"|\b(?:you|we)(?:'re| are) (?:now |all |both )?(?:done|finished|set|through|good to go|ready to (?:go|close|finish|move on)|free to|in the clear|off the hook)\b"
    rf"|(?:\b(?:it|this|{_OURS})|(?:^|[.,;:] )that) (?:now |already |fully |clearly )?(?:meets|met|passes|satisfies|fulfils|complies with|ticks) (?:the|all|every|each|our|its|most|what)\b"
    rf"|\b(?:i|we)(?:'ve| have|'d| had)(?: (?:now|just|also|already|since|then|\w+ly|gone ahead and))? {_TOLD}\b",
    re.IGNORECASE,
)
# Of itself the bot may say no more than that it hears, asks and wonders.
_OF_ITSELF = re.compile(
    r"\bi(?:'m|'ve|'ll|'d)?\b(?! (?:can |do |did |also |still |just |only |now |would |will |have |am |not )*(?:hear|see|wonder\w*|ask\w*|mean|noted?|read|heard|seen|understood|understand|know|take it|took it|take|sure|curious|missing|looking for|trying to|thinking|listening|with you|begin|start|keep|like to (?:know|hear|understand)|come (?:back|to)|one|a|the|no|your|you|be|got|gather|follow|think|suppose|guess|do|was going|may|can|could|go|put)\b)"
    r"|\b(?:consider|call|count|regard|take) (?:it|this|that|the \w+|your \w+|yourself) (?:as )?(?:\w+ed|done|closed|ticked)\b",
    re.IGNORECASE,
)
_SETTLED = re.compile(
    rf"\b(?:it|this|that|everything|{_OURS})(?:'s| is| are| was| were| has| have| looks| seems)(?: (?:now|all|already|been|just|fully|officially|good|hereby|therefore))*"
    r" (?:sealed|accepted|confirmed|sorted|settled|locked|filed|passed|forwarded|published|live|logged|booked|shared|reported|flagged|raised|escalated|copied|validated|endorsed|valid|compliant|correct"
    r"|through|safe|gone to|fixed|enough|good enough|good to go|(?:all|everything) (?:it|that|we|i) needs?|extended|pulled|moved|changed|approved by|ready(?! to)|finished|over|wrapped up|in the (?:plan|system|bag)|with (?:your|the) (?:manager|principal|head|lead|governors))\b"
    rf"|\b{_ABOVE}(?:'s| has| have| is| was| are| were| now)(?: (?:now|already|been|just|also|quite|very|all))*"
    r" (?:told|informed|notified|aware|watching|seen|knows?|accepted|endorsed|confirmed|happy|pleased|satisfied|content|delighted|on board|fine)\b",
    re.IGNORECASE,
)
# "Once that is settled, what will learners gain" supposes it only.
_SUPPOSED = re.compile(
    r"\b(?:once|when|if|whether|after|until|before|suppose|now that|so that|as soon as)\b[^,.;:?]*",
    re.IGNORECASE,
)
# Nor that the bot will do anything, or write in the person's stead: it can do neither.
_OFFERS = re.compile(
    rf"\bi(?:'ll| will| shall| can| could| would|'d| am going to|'m going to| may| might| am about to)(?: (?:now|also|then|just|always|\w+ly|be (?:happy|glad) to|like to))?"
    rf" (?:{_SERVES}|check|report|look|let|add|log|mark|record|do|set|give|put(?! (?:it|that|this) (?:plainly|simply|another|differently)))\b"
    rf"|\bwe(?:'ll| will| shall| are going to|'re going to)(?: (?:now|also|then|just|always|\w+ly))? (?!tell|help|choose|pick|call){_SERVES}\b"
    rf"|\b(?:shall|should|may|can|could) i (?:just |also |now |then )?(?!call){_SERVES}\b"
    r"|\b(?:like|want|need) me to\b|\blet me (?!ask|put (?:it|that|this)|start|begin|be |see|check)|\bleave (?:it|that|this|everything) (?:to|with) (?:me|us)\b|\bi promise\b|\bon your behalf\b",
    re.IGNORECASE,
)
# Nor blame, threaten, scold or command.
_PRESSES = re.compile(
    r"\b(?:sack(?:ed|ing)?|fired|dismiss(?:ed|al)|redundan\w+|resign\w*|disciplin(?:ary|ed)|capability (?:procedures?|process|meeting|hearing|review|proceedings)|grievance|misconduct|blam(?:e|ed|es|ing)"
    r"|(?:whose|your|their|his|her|\w+'s) fault|at fault|fault (?:lies|of)|ashamed|shame(?:ful)?|disgrac\w+|lazy|laziness|incompeten\w+|useless|hopeless|pathetic|ridiculous|laughable|stupid|silly|foolish|nonsense|rubbish"
    r"|careless|sloppy|negligen\w+|unprofessional|unacceptable|not good enough|disappoint\w*|embarrass\w*|let (?:\w+ ){1,3}down|letting (?:\w+ ){1,3}down|threat\w*|punish\w*|penalt(?:y|ies)|(?:final|formal|written) warning|on notice"
    r"|last (?:chance|warning)|or else(?= ?[,.;:])|in trouble|(?:face|suffer|bear|be) (?:the |serious )?consequences|made? a mess|messed|excuses?|waste of (?:time|money)|wast(?:ed|ing) (?:my|our|time|everyone)"
    r"|try harder|pull your|hurry(?: up)?|get a grip|come on(?=[,.;:])|wake up|for (?:heaven|goodness|god)|no choice|even (?:an? |my |the )?(?:child|fool|idiot|beginner)|(?:do|can|could|did) you even|or you(?:'re| are)|your own (?:doing|making)|no point|wrong with (?:you|him|her)|you(?:'ll| will) pay|pay for (?:it|this)|people (?:are talking|say|talk|think)|(?:everyone|everybody|anyone|all the) (?:else|others) (?:has|have|can|could|is|did|manag\w+)|call yourself|answer (?:me|now|at once|immediately|properly|the question)|this time[,.;:]|how much longer|how many (?:more )?times|i (?:said|told)|won't do|will not do|not acceptable"
    r"|surely|obviously|frankly|oh (?:yes|dear|sure|well|really)|for once|(?:finally|at last) (?:decided|bothered|managed|thought|got)|bother(?:ed)?|change the world|good luck|so-called|supposedly|as usual|as ever)\b"
    r"|\b(?:you|he|she|your (?:\w+ ){0,2}(?:team|department|staff|manager|college|colleagues?|tutors?|lead|work)|(?:the|this) (?:team|department|college|staff|manager|lead))(?:'re|'ve|'s)?(?: (?:are|is|have|has|had|will|were|was|keep|keeps|been|clearly|just|again|already|still|always|simply|not|never))*"
    r" (?:fail(?:s|ed|ing)?|neglect\w*|ignor(?:e|es|ed|ing)|wast(?:e|ed|ing)|refus\w+|forg(?:e|o)t\w*|underperform\w*|dodg\w+|avoid(?:ed|ing)|slacking|(?:falling|lagging) behind|too (?:slow|late|lazy))\b"
    r"|\b(?:ofsted|inspect(?:ors?|ion)|governors?|principal|manager|boss|hr|college|head|lead|everyone|everybody|board)(?:'ll| will| is going to| are going to| may| might| could| would| has to| have to) (?:\w+ )?(?:grade|judge|(?:fail|mark|close) (?:you|your|us|the|it down|this down)|punish|hear (?:of|about)|find out|come down|downgrade|remember|laugh|be watching|take action|step in)\b"
    r"|\b(?:cross|angry|furious|annoyed|fed up|livid|irritated|losing patience|displeased)\b|\b(?:unhappy|upset|impatient) (?:with|about) (?:you|your|him|her)\b|\b(?:worried|concerned) about you\b"
    r"|\byou (?:really |simply |just |now |absolutely )?must\b|\byou(?:'d| had)? better\b(?! (?:off|placed|able))|\byou(?:'re| are| were) (?:required|obliged|supposed|expected|ordered|forced) to\b"
    r"|(?<!\bdo )(?<!\bdid )(?<!\bwill )(?<!\bwould )\byou (?:really |simply |just |now )?have to (?:answer|tell|say|give|do|write|choose|decide|improve|be|comply|reach|stop|start|change)\b"
    r"|\byou should (?:be|know|already|really|by now|have (?:\w+ed|done|known|thought|seen|told))\b|\byou (?:can|could|should) do better\b|\byou never\b|\byou (?:still )?(?:can't|cannot|haven't|didn't|don't) (?:even|be bothered|care)\b"
    r"|\bwhy (?:\w+n't (?:you|he|she|your|the team|the manager)\b|(?:have|had|did|do|can|could|are|were|has|does|is|was) (?:you|your \w+|he|she)(?: \w+){0,3}? (?:not|never|still|so (?:late|slow|low|few|bad|long))\b)"
    r"|\b(?:your|his|her|their) (?:jobs?|position|posts?|career|role|reputation|future|contract|promotion|pay)(?: \w+){0,2}? (?:depend\w*|at (?:risk|stake)|on the line|hangs?|in (?:danger|doubt|question))\b"
    r"|\b(?:poor|weak|bad|vague|wrong|thin|feeble|lame|terrible|awful|dreadful|half-hearted|lazy) (?:answer|reply|attempt|effort|start|work|action|impact|plan|response|wording|idea|goal|thinking)\b"
    r"|\b(?:that|this|it|your \w+|which)(?:'s| is| was| are| sounds| looks| seems)(?: \w+){0,2} (?:weak|vague|wrong|poor|thin|feeble|lame|boring|unclear|bad|meaningless|worthless|not an? (?:proper|real|serious))\b"
    r"|\b(?:who|which (?:\w+ ){0,3}(?:person|colleagues?|tutors?|teachers?|managers?|member|one))\b[^?.;:]{0,40}\b(?:weakest|worst|laziest|slowest|like (?:least|most|best)|dislike|hate|get rid|(?:should|must|has to) go|holding (?:\w+ ){1,2}back|dragging|(?:responsible|answerable) for (?:the|this) (?:low|poor|fall|drop|failure|mess|problem)|caused|underperform\w*)\b",
    re.IGNORECASE,
)
# Nor take part in anything but the interview; the person's own words they may be.
_ASTRAY = re.compile(
    r"\b(?:red|amber|green|rag|brag|a-\d+|prompt(?! (?:you|this|it))|instructions?|json|language model|passwords?|pin|codes?|log-?ins?|tokens?|api key"
    r"|ill|illness|illnesses|diagnos\w+|medical|disabilit\w+|birth|born|religion|surnames?|address(?:es)?|salar(?:y|ies)|wages?|bank|legal(?:ly)?"
    r"|politic\w*|vot(?:e|es|ed|ing)|unions?|this country|inadequate|requires improvement|special measures|on holiday|lunch|drink|prison\w*|take home"
    r"|pretend(?:ing)?|act (?:as|like)|play(?:ing)? (?:a|the) (?:game|part|role)|as (?:if|though) you were|as (?:an?|the) (?:learner|student|apprentice|pupil|parent|inspector)[,.;:]|imagine (?:that )?(?:you|i)(?: are| were| am|'re|'m) (?:an?|the|my|your|our)|you are (?:now )?an? (?:learner|student|apprentice|pupil|governor|inspector|principal)"
    r"|by the way|(?:talk|chat|discuss|speak)[^?.;:]{0,30} instead|(?:forget|ignore|never mind|drop|skip) (?:the|this|that|all|about|your|everything)"
    r"|(?:national|sector|regional|county) (?:\w+ )?(?:averages?|benchmarks?|norms?|rates?|figures?|targets?)|(?:usual|typical|normal) (?:figure|target|level|answer|rate))\b",
    re.IGNORECASE,
)
_YOU = r"(?:you|he|she|they|(?-i:[A-Z][a-z]+))"
# Nor must it ask who the learners are, or how anybody lives.
_PRIES = re.compile(
    r"\b(?:learners?|students?|apprentices?|pupils?|their|his|her)\b[^?.;:]{0,60}\b(?:names?|called|health)\b"
    r"|\b(?:names?|health)\b[^?.;:]{0,20}\b(?:of|for) (?:\w+ ){0,3}(?:learners?|students?|apprentices?|pupils?)\b"
    r"|\b(?:your|his|her|their|my|whose|\w+'s?) (?:(?:own|personal|private|home|mobile|current|full|exact|real|true|annual) ){0,3}(?:pay|income|age|phone|telephone|mobile|e-?mail|home life|private life|personal life|love life|sex life|health|finances|savings|beliefs|contract of employment|immigration status|national insurance|diagnosis|ehcp|special needs|conditions?|surname|sexuality)\b"
    r"|\b(?:your|his|her) (?:own |whole |close )?(?:famil(?:y|ies)|kids|mother|father|mum|dad|sister|brother|son|daughter|partner)\b|\b(?:home|mobile|personal|private|phone|telephone|whatsapp) (?:(?:phone|telephone) )?(?:number|e-?mail|account|details|line|life|matters?|problems?)\b|\bnumber at home\b"
    rf"|\bhow old (?:are|is|was|were) {_YOU}\b|\bwhat age\b|\b(?:do|does|did|will|would) {_YOU} (?:\w+ )?(?:earn|live|believe in|vote|get paid|smoke|suffer|belong)\b|\b(?:is|are|was|get|gets|being) {_YOU} (?:\w+ )?paid\b|\bpaid (?:more|less|enough)\b|\bhow much (?:are|is|do|does) {_YOU} (?:\w+ )?(?:paid|make|owe|own|weigh)\b"
    r"|\b(?:going on|trouble|troubles|problems|things|life|happening|happened|like) at home\b|\bpersonal (?:reasons?|circumstances|problems|matters?|situation)\b|\bhave (?:any )?(?:children|kids)\b|\b(?:single|in love|engaged) (?:or|and)\b"
    rf"|\bwhere (?:are|is|do|does) {_YOU} (?:really |originally |come )?(?:from|live)\b(?! (?:now|here))|\bwhich (?:country|party)\b|\b(?:you|he|she) (?:\w+ )?(?:have|has) (?:an? |any )?(?:send|special (?:educational )?needs?|ehcp|condition|learning difficult\w+)\b",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"\b(?:for example|for instance|such as|e\.?g\.?|say,|perhaps \d|maybe \d|would \S+ be (?:about )?right)\b"
    # What others do is an example answer too.
    r"|\b(?:other|most|many|similar|neighbouring|comparable) (?:\w+ )?(?:colleges|providers|schools|institutions)\b"
    r"|\b(?:others|everyone else|everybody else|(?:other|most|many) (?:\w+ )?(?:people|teams|departments|managers|tutors|users|leads)) (?:\w+ )?(?:use[ds]?|aim(?:ed)?|set|chose|choose|put|pick(?:ed)?|sa(?:y|id)|reach(?:ed)?|ga?[iv]ve|answer(?:ed)?|go for|went for)\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"[<>@#*_~`|{}\[\]\\!]|https?:|\w\.[A-Za-z]{2}|[\U0001F000-\U0001FAFF\u2600-\u27BF]|:\w+:"
)
# What a question for each field must be about, in one of these words.
_ABOUT = {
    field: re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for field, words in {
        "action": r"do|doing|action|change|step|plan|try",
        "linked": r"sar|item|finding|judgement|area|afi|answers?|comes? from",
        "impact": r"learners?|students?|apprentices?|pupils?|trainees?|they|them|their|young people",
        "measure": r"measures?|figures?|number|data|indicator|count\w*|rate|show|see|tell|know|evidence",
        "baseline": r"now|start(?:s|ing)?|current(?:ly)?|latest|today|present|last|at the moment|stands?",
        "target": r"reach|target|aim|goal|level|get to|far|hope|want|pleased|look like|figure|by the end",
        "evidence_source": r"where|which|source|read|report|register|survey|data|find|kept|come from|system",
        "due": r"when|date|month|time|term|deadline|soon",
        "driver": r"why|reason|what|behind|prompted|made|led|drove|drives|because|important",
        "milestone": r"on the way|half-?way|milestones?|check|first sign|early|before then|by then|see|notice|when",
        "owner": r"who|whose|which (?:one )?(?:person|of|name)|what name",
    }.items()
}
# A question to be answered by a yes puts the answer into somebody's mouth.
_OPEN = re.compile(r"\b(?:what|which|where|when|who|whose|how|why)\b", re.IGNORECASE)
# Words that ask for one field only: not to be asked along with another.
_ASKS = {
    field: re.compile(words, re.IGNORECASE)
    for field, words in {
        "due": r"\bby when\b|\bby what date\b|\band when\?",
        "owner": r"\band who\b|[,;:.] who (?:will|is|owns|should|leads)\b|\bwho will (?:own|lead)\b",
        "evidence_source": r"\bwhere (?:will|do|can) (?:you|we|anyone|everyone)\b[^?,]*\b(?:read|find|see)\b",
        "baseline": r"\bwhere (?:is it|does it stand|are you) now\b|\bwhat is (?:it|the figure) now\b",
        "target": r"\b(?:what|which) level\b|\bwhat should it reach\b",
    }.items()
}
_GO_TOGETHER = {"due": {"milestone"}, "target": {"measure"}}


def unfit(
    question: str,
    *,
    fields: tuple[str, ...],
    known: str,
    today: date,
    is_weak: bool,
    prompt: str,
) -> str | None:
    """Why a worded question may not be asked, or None where it may.

    `fields` are the gaps that the rules chose, `known` all that the person, the draft and the SAR
    say, `is_weak` whether what was answered falls short, `prompt` what must not be given away.
    """
    words, plain = question.split(), straight(question)
    if not words or question.count("?") != 1 or not question.endswith("?"):
        return "not one question"
    if len(words) > MOST_WORDS or "\n" in question:
        return "long"
    for pattern, why in _UNFIT:
        if pattern.search(plain):
            return why
    if private(question) is not None:
        return "prying"
    if _SETTLED.search(_SUPPOSED.sub("", plain)):
        return "claim"
    own, said = straight(known).lower(), _words(known)
    for match in _ASTRAY.finditer(plain.lower()):
        if _bare(match[0]) not in said and not (" " in match[0] and match[0] in own):
            return "astray"
    if is_weak and _PRAISE.search(plain):
        return "praise"
    if not _OPEN.search(question):
        return "leading"
    if not all(_ABOUT[field].search(question) for field in fields):
        return "another gap"
    for field, pattern in _ASKS.items():
        belongs = {field, *_GO_TOGETHER.get(field, ())}
        if pattern.search(question) and belongs.isdisjoint(fields):
            return "another gap"
    if _unsaid_figures(question, known, today):
        return "figure"
    if _months(question, today) - _months(known, today):
        return "date"
    if _unsaid_names(question, known):
        return "name"
    if content_stems(" ".join(_sources(question))) - content_stems(known):
        return "source"
    if _runs(question, _RUN) & _runs(prompt, _RUN):
        return "prompt"
    if {s for s in content_stems(plain) - content_stems(own) - _PLAIN if number(s) is None}:
        return "astray"
    return None


_UNFIT = (
    (_MARKUP, "markup"),
    (_CLAIMS, "claim"),
    (_OFFERS, "offer"),
    (_OF_ITSELF, "claim"),
    (_PRESSES, "pressure"),
    (_LEADS, "leading"),
    (_PRIES, "prying"),
)
# The words of an interviewer beside those of the field. A question with any other that nobody gave
# leads elsewhere: no list of what it must not speak of would ever be whole.
_PLAIN = content_stems(
    """
    able absence absent absolute accountable achievement across actual afterwards ago agree ahead
    aim ain alive allow alone along already among amount another answers any anybody anyone
    anything apart appear apprentice apprenticeship april area aren argue arise around aside
    asleep assessor assume attain attendance attention august autumn avoid away back bad balance
    base basis beat became began begin begun believe belongs below beside besides best better
    beyond big bigger biggest bit bottom bound breath bridge brief bring broad brought build
    busier busy came can cannot careful carer carry catch cause certain chain chance change chase
    choice choose chose chosen circle class classroom clear clearest close closest clue colleague
    collect college come comfort common compare complete completion concrete condition connect
    consider content convince corner couldn count couple course create cross crowd daily day
    deadline deal dear december decide decline deep depend describe deserve destination didn
    differ different differently difficult dip direct direction discover doesn don doubt down draw
    dream drive driven driver drove due ear earliest early earn ease easiest easily easy echo edge
    effect effective effort eighty either else employer end enough ensure enter entire escape
    especially establish evening everything evidence evident exact example explain extent eye face
    fact fade fail fair fallen far fast favour february feedback feel fell felt few fewer fill
    final find fine fit fix flow focus follow forget form forward found free fresh friday front
    full further future game gather gave general generally given glad glance glimpse goal goes
    gone good governor grab grew grip ground group grow grown guess guide habit hadn half
    half-term half-way hand handful handle hang happen happening happy hard harder hasn haven head
    headline hear heard heart heavy held high higher hinge hint home homework honest honestly hope
    hopeful hour however huge hundred hurdle idea ideal identify ignored imagine immediate impact
    important improve in inch include increase inform inside inspector instance instead intend
    introduce invisible invite involve isn january job judge july june keen keep kept kind knock
    known lack land large last lasting late later latest lead lean leap learn learner least leave
    lecturer led left length less lesser lesson let lever lie life lift light likelihood likely
    limit line linger link listen little live ll load lock long look looked loose lost loud low
    lower made main manage manager march matter may maybe mean meant meantime mention mere met mid
    middle might mile milestone mind mirror moment monday month mood more moreover morning most
    move moving much mustn myself name narrow natural nature near nearby nearest nearly necessary
    needn next night ninety noise nor note nothing notice notion november obstacle obvious
    occasion occur october odd offer often old once ongoing only onto open opinion opposite order
    ordinary original otherwise ought outcome outside overall overnight own owner pace pair parent
    part particular pass past path pattern pause peak people perhaps person persuade pick piece
    pin place plain plan plate pleased plenty pocket point position possibility possible potential
    practical precise predict prefer prepare presence present press pretty prevent principle
    probable produce progress promise prompt prompted proof proper properly proud prove provide
    pull pupil purpose push put puzzle quarter question quick quiet quite raise ran range rare
    rather raw re reach read reader real realise realistic reality receive recent recognise reduce
    refer reflect regard register regular relate relation release relevant rely remain remember
    repeat reply report require resit resolve respond responsible rest result retention return
    ringing ripple rise risen risk role root rough rougher round routine row rule run said sake
    same sar satisfied saturday save saw scale scene school scratch second see seed seek seem seen
    seldom select sense separate september serious serve session set settle several shall shape
    share sharp shift shine short shortly shoulder shouldn show shown side sight sign signal
    significant silent similar simple simplest since single sit situation size sketch skip slight
    slow slowly small smallest smooth snag solve somebody someone something soon sooner soonest
    sort sound source spare spark specific speed spell spent spot spread spring square staff stake
    stand start stay stays steady steer step stick still stood stop story straight strand strange
    strength stretch strike strong stuck student succeed sudden suggest suit sum summer sunday
    support suppose sure surest surprise surround survey sustain swap swing table tackle tail take
    taken talk task taste teacher team tend term test thank them theme themselves thick thin thing
    think thinking thorough though thought thousand thread throw thursday tick tidy tie tight time
    tiny tip today together told tomorrow tonight took top total touch tough toward towards trace
    trail trainee trap treat trend trick trigger trip trouble true trust truth try tuesday tune
    turn tutor twelve type typical uk ultimate uncertain uncover understand undone unless unlike
    unlock unsure unusual useful usual valuable value various vary ve version view visible vital
    wait walk warm wasn watch wave way wear wednesday week weekend weigh well went weren whatever
    wheel whenever wherever whether whichever while whoever whole wide willing win wing winter
    wiser wish won wonder word work world worn worry worst worth worthwhile would wouldn write
    written wrong wrote yard year yes yesterday yet young yourself yourselves
    """
    + " ".join(VOCABULARY)
    + " ".join(
        line
        for said in (wording.QUESTIONS, wording.SO_WHAT)
        for lines in said.values()
        for line in lines
    )
)
_RUN = 7  # so many words in a row are no chance


def _runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z']+", straight(text).lower())
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def _unsaid_figures(question: str, known: str, today: date) -> bool:
    digits = set(re.findall(r"\d+(?:[.,]\d+)*", question))
    if digits - set(re.findall(r"\d+(?:[.,]\d+)*", known)):
        return True
    if _FACTORS.intersection(_words(question)) - _words(known):
        return True
    said = {f.value for f in levels(known, today)} | _numbers(known)
    asked = [f for f in levels(question, today) if f.text.lower() not in _NO_FIGURE]
    return any(f.value not in said for f in asked if f.value is not None)


def _numbers(text: str) -> set[float]:
    """Every number of a text, whatever it counts, in digits or in words."""
    found = re.findall(r"\d+(?:\.\d+)?|[a-z]+", text.lower())
    return {value for word in found if (value := number(word)) is not None}


# "Which one person", "half-way": words that a question may have without giving a figure.
_NO_FIGURE = frozenset({"one", "all", "half", "each", "every", "both", "none", "no"})
_FACTORS = frozenset(
    "double doubled treble trebled triple tripled twice halve halved thrice".split()
)


def _months(text: str, today: date) -> set[tuple[int, int]]:
    """The months, with their years, of the dates in a text: "half-way to February" is no new date."""
    return {(dated.day.year, dated.day.month) for dated in find_dates(text, today)}


def _unsaid_names(question: str, known: str) -> bool:
    """Whether a word is no English one, or has a capital inside a sentence, and nobody gave it."""
    inside = re.findall(r"(?<![.?:…\"“'‘])\s[\"“'‘(]?([A-Z][\w'’-]+)", straight(question))
    said = _words(known)
    plain = re.findall(r"(?<!['\w])[a-z]{4,}(?!['\w])", straight(question).lower())
    strange = [word for word in plain if not is_english(word)]
    named = [_bare(word) for word in inside if word not in _CAPITALS]
    return not said.issuperset((*named, *strange))


def _sources(text: str) -> set[str]:
    """The words that name where a figure may be read."""
    plain = straight(text).lower()
    return {
        token.word
        for token in tokenise(text)
        if token.classes & _NAMED
        # "In the yellow ledger" names one; "marking can be trusted" does not.
        or (token.classes & RECORDS and _IN_A.search(plain, 0, token.start))
    } - _NO_SOURCES


_NAMED = frozenset({"source", "system"})
_IN_A = re.compile(
    r"\b(?:in|from|on|through|via|by|with|see|read|open|check) "
    r"(?:the|your|our|their|its|a|an|that|this|some) (?:[\w'-]+ ){0,2}\Z"
)
# Words of records that name none in particular.
_NO_SOURCES = frozenset(
    "results result figures figure data count report marks scores assessment assessments "
    "evidence number numbers".split()
)


def _words(text: str) -> set[str]:
    words = {_bare(word) for word in re.findall(r"[\w'-]+", straight(text))}
    return words | {part for word in words for part in word.split("-")}


def _bare(word: str) -> str:
    """A word without its ending and what is numbered, so that "L4s" is "L4" and "HND2" "HND"."""
    return re.sub(r"(?:'s|(?<=\w\w)s|(?<=[a-z][a-z])\d+)$", "", word.lower())


# Months are judged as dates.
_CAPITALS = frozenset(
    {"I", "I'd", "I'm", "I'll", "I've", "SAR", "English", "UK"} | {m.capitalize() for m in MONTHS}
)
