"""Every sentence the embedded coach says, several ways of asking each thing, never one twice.

A line gives why before it asks; {quote} is the person's own words. Variants stand from the first
asking to the most helpful; when all are used the coach moves on rather than repeat itself.
"""

from storage.vocabulary import Rag

QUESTIONS: dict[str, tuple[str, ...]] = {
    "action": (
        "What will you do about it? One sentence is enough, starting with a verb.",
        "Let me put that differently: which one change would make the biggest difference here?",
        "If only a single thing could be done about this before Easter, what would you pick?",
    ),
    "linked": (
        "Every action hangs on something the SAR found, so that the reason for it is never lost. "
        "Which SAR item does this one answer?",
        "Governors will ask where this comes from. Which of these findings is it about?",
    ),
    "impact": (
        "So what will be different for learners once that is done?",
        "Picture the end of the year and it has worked. What are learners doing, or getting, that "
        "they are not now?",
        "Say a governor asks “and what did learners gain?” How would you answer?",
    ),
    "measure": (
        "That would be worth having. Which figure would show it?",
        "To tell whether it has happened we need something to count. What would you look at?",
        "Which number would move if this worked?",
    ),
    "baseline": (
        "To show how far you have come we need to know where you start. What is the latest "
        "figure for {measure}?",
        "Roughly what was last reported for {measure}?",
    ),
    "target": (
        "A level to reach lets anyone say yes or no on the day. Which figure do you want to reach for "
        "{measure}?",
        "What would you be pleased to report for {measure} when this is done?",
    ),
    "evidence_source": (
        "So that nobody has to argue about the figure later: where will you read it?",
        "Which report, register or survey holds that figure?",
    ),
    "due": (
        "A date keeps it alive. By when should the difference show?",
        "When should we look and say whether it worked? A month is enough.",
    ),
    "driver": (
        "For the record, why this and why now? For example results, learner feedback, an "
        "inspection, or a change of standard.",
        "What happened that put this on the list?",
    ),
    "milestone": (
        "The end is too late to find out that it is not working{leading}. What should you see on the "
        "way, and by when?",
        "Which early sign, with a month, would tell you it is on course?",
    ),
    "owner": (
        "One person holds the thread. Who is accountable: you, or someone else by name?",
        "Whose name goes beside it?",
    ),
}

# The particulars are asked for in one breath where several are open, a piece for each open one.
TOGETHER: dict[str, str] = {
    "baseline": "where is it now",
    "target": "what should it reach",
    "due": "by when",
    "milestone": "what should you see half-way",
    "evidence_source": "where will you read it",
}
# Beside a measure that is known once a year.
LEADING = ", and {measure} is final only once a year ({leading} may tell sooner)"
HALF_WAY = "what should you see half-way (perhaps in {leading})"
TOGETHER_ASKED: dict[str, tuple[str, ...]] = {
    "measure": (
        "That is a change worth having. Which figure would show it: {parts}?",
        "Back to the figure that would show it: which one, {parts}?",
    ),
    "levels": (
        "Now the figures for {measure}: {parts}?",
        "Back to {measure}, then: {parts}?",
    ),
    "rest": (
        "To be able to look and see with {measure}: {parts}?",
        "Back to {measure}: {parts}?",
    ),
    "from_sar": (
        "The SAR has {measure} at {figure} ({evidence}). Is that your start, and {parts}?",
        "Back to the SAR’s {figure} for {measure}: is that your start, and {parts}?",
    ),
}

# A check on the way of which only the date was said, and the questions for the half that is missing.
LOOK = "A look at {measure}"
CHECK_DATE: tuple[str, ...] = ("And when should that be seen? A month is enough.",)
CHECK_SIGN: tuple[str, ...] = ("And what should you see by {date}?",)

# Asked when the person has answered, but only with what staff do: the next rung of the ladder.
SO_WHAT: dict[str, tuple[str, ...]] = {
    "ACTIVITY": (
        "“{quote}” is still our side of it. So what: what will learners do better because of it?",
        "That is still the work itself. Suppose it goes perfectly: what changes in what learners "
        "achieve, attend or can do?",
        "I can see effort in “{quote}”, but not yet a result for learners. Which of their results "
        "should move?",
    ),
    "OUTPUT": (
        "“{quote}” could be true without one learner noticing. Where would it show in what they "
        "attend, learn or achieve?",
        "An inspector could not check that one against learners. If it is all in place, which "
        "learners notice, and in what way?",
        "Good to have; now the learners. What would show that they are better off for “{quote}”?",
    ),
    "PRACTICE": (
        "“{quote}” is a real change in teaching, one step short of the learner. What will it let "
        "learners do?",
        "So staff would work differently. And what would that do to learners’ attendance, work or "
        "results?",
        "When teachers do that every week, what do their learners show for it?",
    ),
    "NONE": (
        "I could not find a change for learners in “{quote}”. So what would they gain?",
        "Try finishing this sentence: “By the summer, more learners will …”",
        "Think of one typical learner, no names. How is their year different?",
    ),
    # Not rungs: the action said again as done; and that it is not theirs to answer.
    "DONE": (
        "“{quote}” says the action has been done, not what learners gain from it. So what will "
        "they achieve, attend or be able to do that they could not before?",
    ),
    "OBJECTS": (
        "I hear you. A first guess is enough, and a colleague can put it right later: which "
        "learners would gain, and what?",
    ),
}  # fmt: skip

# Help for someone who is stuck, before the question is put once more.
HELP: dict[str, tuple[str, ...]] = {
    "action": (
        "It need not be grand. Most good actions change one thing that teachers or assessors do "
        "every week, such as ringing home on the day of an absence.",
    ),
    "linked": ("Pick the nearest one from the list, or leave it for your quality lead to place.",),
    "impact": (
        "I am asking about learners because a plan is judged on what changes for them. Here are "
        "three things people often watch for this: {measures}. Which comes closest?",
    ),
    "measure": ("Three that fit this kind of action are {measures}. Which would you use?",),
    "baseline": ("The last figure your data team sent round will do, even if it is a year old.",),
    "target": ("Think of what would be a stretch and still be believed by your team.",),
    "evidence_source": (
        "Anything that others could open and find the same number in, such as a weekly register "
        "report.",
    ),
    "due": ("The plan runs to {plan_ends}; a month before then is fine.",),
    "driver": (
        "I ask so that a reader can see the line from the SAR to this action. A few words do.",
    ),
    "milestone": (
        "A half-way figure with a month is the usual form, or the first group of learners for whom "
        "it works.",
    ),
    "owner": ("It can be you. It cannot be a team: a shared job tends to be nobody’s.",),
}

LEFT_OPEN: dict[str, tuple[str, ...]] = {
    "action": ("I have left the action itself blank for now.",),
    "linked": ("I have left it unlinked; your quality lead can place it.",),
    "impact": (
        "Then the impact stays open for the moment, and so does the figure that would show it.",
    ),
    "measure": ("We can come back to the figure when you have talked to your data team.",),
    "baseline": ("The starting figure can follow; your data team will have it.",),
    "target": ("The target can follow once you have talked it through.",),
    "evidence_source": ("Where to read it can be settled later.",),
    "due": ("No date yet, then.",),
    "driver": ("The reason can be added another day.",),
    "milestone": ("I have put no check on the way.",),
    "owner": ("The owner is still to be named.",),
}

OFFER_TO_LEAVE: tuple[str, ...] = (
    "This is the hardest part, and it need not be solved in one sitting. Shall I leave {field} open "
    "and mark it as a gap, or would you like another go?",
    "We have circled {field} for a while. I can leave it open, or you can try once more.",
    "Some things take a night’s sleep. Leave {field} open for now, or have a last try?",
)

# After "another go", when the field's own questions are used up.
ANOTHER_GO: tuple[str, ...] = (
    "Good. Tell me {field} in your own words, however rough.",
    "By all means: what would you put for {field}?",
)

# What could not be used, and what to do next. Never a complaint.
PROBLEMS: dict[str, tuple[str, ...]] = {
    "empty": (
        "That message reached me with no words in it.",
        "Nothing came through that time either.",
        "I am still seeing an empty message.",
    ),
    "symbols": (
        "I can only read words and figures, so that one is lost on me.",
        "A word or two would help me more than a symbol.",
        "I still need it in words.",
    ),
    "order": (
        "I cannot agree it for you: only your own yes does that, once you have seen the whole.",
        "That is yours to decide, and only at the end.",
    ),
    "long": (
        "That was long, so I have read the first {limit} characters; the whole of it is kept. "
        "Check the draft for anything I missed.",
    ),
    "language": (
        "I can only coach in English for now, sorry. What you wrote is kept; could you say it again "
        "in English?",
        "I am afraid English is the only language I read.",
    ),
    "table": ("I read that cell by cell, so check the draft.",),
    "past": (
        "{date} has already gone.",
        "{date} is behind us too, so it cannot be the date.",
    ),
    "beyond": (
        "{date} is after this plan ends on {plan_ends}. Give me what should show by then, or the "
        "same date again if you mean it.",
        "{date} is past the end on {plan_ends} too. Which date do you want? The same again if that is "
        "right.",
    ),
    "worse": (
        "{target} would be worse than the {baseline} you start from, because for {measure} {better} "
        "is better. Which level do you want to reach?",
    ),
    "equal": (
        "{target} is where you start, so nothing would have to change. What level would be an "
        "improvement?",
    ),
    "impossible": (
        "{figure} cannot be reached: a share stops at 100%. What level do you have in mind?",
    ),
    "off_the_scale": (
        "{figure} would be unusual for {measure}, which runs from {scale}. Which figure do you mean? "
        "The same again if that is right.",
        "{figure} is outside {scale} as well. Which figure is it for {measure}?",
    ),
    "perfect": (
        "100% leaves no room for a single learner to be ill or move away. What would be ambitious "
        "and possible? Say 100% again if it really must be all.",
    ),
    "unit": (
        "Is {figure} a percentage or a number of learners?",
        "I need to know what {figure} counts: per cent, or learners?",
    ),
    "group": (
        "“{name}” is more than one person, and what everybody owns nobody does. Which one person "
        "will you name?",
        "I still need one name rather than “{name}”.",
    ),
    "several": (
        "Only one person can be accountable; the others can help. Which of {names} is it?",
        "It has to be one of {names}. Whose objective will it be?",
    ),
    "contradiction": (
        "Earlier you gave {old} as the {field} and now {new}. Which one stands?",
        "I have two figures for the {field}, {old} and {new}. Which shall I keep?",
    ),
    "two_figures": ("You gave {figures}. Which one is the level to reach?",),
    "no_such_item": (
        "I do not see that one in the SAR. Choose from the list, or tell me your action in your own words.",
        "That is not a reference I know.",
    ),
}

SAY: dict[str, tuple[str, ...]] = {
    "open": (
        "Let us write one action together. It takes about five minutes, and you can type skip, "
        "back, show or stop at any point. Which of these findings from the SAR is it about? You can "
        "also just tell me what you plan to do.",
    ),
    "open_without_sar": (
        "Let us write one action together. It takes about five minutes, and you can type skip, "
        "back, show or stop at any point. What do you plan to do, and why?",
    ),
    "chosen": ("{reference}: {judgement}",),
    "suggested_item": ("Let us start with {reference}, then, since it comes first: {judgement}",),
    "linked_by_words": (
        "I have put this under {reference} ({judgement}), as it sounds like the same thing; tell me "
        "if it is not.",
    ),
    "offer_baseline": (
        "The SAR gives {figure} as the starting figure ({evidence}). Shall I use it?",
        "{figure} is what the SAR says ({evidence}). Is that the right starting point?",
    ),
    "offer_link": ("It sounds as if this answers {reference}: {judgement} Is that right?",),
    "draft": (
        "Here is the whole of it.",
        "This is how it stands now.",
        "Here it is again.",
        "And once more, as it is now.",
        "The draft reads like this now.",
        "The whole of it again:",
        "It says this now.",
        "Here is the newest version.",
    ),
    "draft_gaps": (
        "It still has gaps: {gaps}. You can agree it with the gaps showing, fill one now, or leave "
        "it as a draft.",
        "Still open: {gaps}. Agree it as it is, fill one in, or leave it as a draft.",
        "What is left to settle: {gaps}. Agree, change something, or leave it as a draft.",
    ),
    "draft_whole": (
        "Nothing is missing. Do you agree it? Only a clear yes stores it as agreed.",
        "It is complete. Is that a yes?",
        "All there. Say yes to agree it, or tell me what to change.",
        "Whole again. Do you agree it now?",
        "Everything is in. Agree, or change another part?",
        "That makes it complete once more. Is it a yes?",
    ),
    "agreed": ("Agreed and stored. It will show wherever the plan is shown.",),
    "agreed_with_gaps": ("Agreed, with its gaps on show so that they are not forgotten: {gaps}.",),
    "not_yours": (
        "Only {owner} or a quality lead can agree this one, so I have kept it as a draft for them.",
    ),
    "saved": (
        "I have saved it as a draft. Its gaps are {gaps}. Come back to it whenever you like.",
    ),
    "saved_whole": ("I have saved it as a draft, complete but for your yes.",),
    "stopped": ("Kept as it is. Say carry on when you want to finish it.",),
    "enough": ("We have been at this for a good while, so let us leave it here for today.",),
    "resumed": (
        "Welcome back. We were here.",
        "Good, let us carry on from where we were.",
        "Back to it, then.",
    ),
    "taken_up": ("This action is in the plan: “{action}”.",),
    "yes_please": (
        "I store it as agreed only on a plain yes. Is it right, or what should change?",
        "I took that neither as a yes nor as a change. Say agree, or name the part to change.",
    ),
    "what_to_change": (
        "Which part: action, impact, measure, baseline, target, evidence, date, milestone or owner?",
        "Tell me the part and the new words, for example “target 70%”.",
    ),
    "back": (
        "Gone back one step.",
        "One more step back.",
        "And another step back.",
        "Undone.",
        "Taken back too.",
    ),
    "back_at_start": (
        "This is where we began, so there is nothing to go back to.",
        "We are at the very first question already.",
    ),
    "finished": (
        "This action is agreed. Say new to start another one.",
        "That one is done; type new when you want to write the next.",
    ),
    "at_risk": (
        "Thank you for saying this; here is not the place for it. Please tell your designated "
        "safeguarding lead now, in person or by phone, and call 999 if someone is in danger. "
        "I have kept nothing of that message.",
        "Please take that to your designated safeguarding lead straight away; it does not belong "
        "in a plan, and I have not kept it.",
    ),
    "stumbled": (
        "Something in that message tripped me up, sorry. It is kept; could you put it another way?",
        "I stumbled over that one too. Try it in fewer words, or type show to see the draft.",
    ),
    "stale": (
        "That button belongs to an earlier question; the newest one is at the end.",
        "We are past that button. Please use the latest message.",
    ),
    "edited": ("I have used your edited words in place of the first ones.",),
    "edited_late": (
        "I saw you edit an earlier message. I have kept what you first wrote; to change it, tell me "
        "here, for example “target 70%”.",
        "That edit came after we had moved on, so the draft is as it was. Tell me here what to change.",
    ),
    "deleted": (
        "You deleted a message. What it told me is still in the draft; type back to undo it, or "
        "tell me what to change.",
        "I have kept what your deleted message said until you type back or correct it.",
    ),
    # Said beside an answer when the language model takes no part in it.
    "model_away": ("I am reading on my own for the moment, so I may sound a little plainer.",),
    "over_budget": (
        "The language model has done its share for this month, so I am reading on my own until the "
        "next one.",
    ),
    "names_learner": (
        "That seems to name a learner, so it went no further than here. A plan is read by many: "
        "please leave the name out, or type back to take it out.",
        "There is a learner’s name in that too, it seems; it stays here. Please do without it.",
    ),
    "tells_health": (
        "That seems to tell of one person’s health, so it went no further than here. A plan is read "
        "by many: please put it more generally, or type back to take it out.",
        "One person’s health again, it seems; that stays here as well. Please put it generally.",
    ),
    "noted": (
        "Noted: {facts}.",
        "Got it: {facts}.",
        "I have {facts}.",
        "Written down: {facts}.",
        "Taken in: {facts}.",
    ),
    "changed": ("Changed: {facts}.", "Now {facts}.", "Corrected: {facts}."),
}

# How a field is called when the coach speaks of it.
FIELD_NAMES = {
    "action": "the action",
    "linked": "the SAR item",
    "impact": "the impact",
    "measure": "the measure",
    "baseline": "the starting figure",
    "target": "the target",
    "evidence_source": "where to read the figure",
    "due": "the date",
    "driver": "the reason",
    "milestone": "the check on the way",
    "owner": "the owner",
}

# The same in the words a person would type to change it.
PLAIN_NAMES = {
    "action": "action",
    "linked": "SAR item",
    "impact": "impact",
    "measure": "measure",
    "baseline": "baseline",
    "target": "target",
    "evidence_source": "evidence",
    "due": "date",
    "driver": "reason",
    "milestone": "milestone",
    "owner": "owner",
}

GAP_NAMES = {
    "linked": "no SAR item",
    "driver": "the reason",
    "impact": "the impact on learners",
    "not_restated": "an impact beyond the action",
    "measurable": "a measure with a level",
    "baseline": "the starting figure",
    "target": "the target",
    "evidence": "where to read the figure",
    "due": "the date",
    "milestone": "a check on the way",
    "owner": "the owner",
    "concise": "fewer words",
}

DRIVER_NAMES = {
    "outcomes": "outcomes",
    "learner_feedback": "learner feedback",
    "inspection": "inspection",
    "curriculum_change": "a standard or curriculum change",
    "compliance": "compliance",
    "employer_feedback": "employer feedback",
    "safeguarding": "safeguarding",
    "other": "other",
}

STATUS_NAMES = {
    "draft": "draft",
    "agreed": "agreed",
    "in_progress": "in progress",
    "complete": "complete",
    "withdrawn": "withdrawn",
}

# The word that always goes with the colour: domain.md on BRAG.
RAG_NAMES = {
    "green": "Green: on track",
    "amber": "Amber: slipping, can be recovered",
    "red": "Red: off track",
    "blue": "Blue: complete, impact shown",
}

# The same as an owner says it, in a button or a sentence.
RAG_WORDS = {
    "green": "on track",
    "amber": "at risk",
    "red": "off track",
    "blue": "complete",
}
# How an action that is not over can stand.
OPEN_RAGS = (Rag.GREEN, Rag.AMBER, Rag.RED)
