"""Regular expressions for phrases with which instructors structure a class. English; matched on one sentence."""

import re

_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_NEXT_MEETING = (
    r"(?:next (?:time|class|lesson|week|session|meeting)|when we (?:meet|see each other) (?:again|next))"
)
_NOW = r"(?:today(?:'s)?|this (?:morning|afternoon|evening|time|lesson|class|session|week|term|unit|month))"
_DUE = (
    rf"\b(?:by|until|till|before|for|due|on) (?:the |our |this |next |coming |we meet |we see each other |again |on )*"
    rf"(?:{_WEEKDAY}|tomorrow|tonight|weekend|next (?:time|class|lesson|week|session)|class|lesson|session)"
)
_TASK = (
    r"(?:do|read|write|finish|complete|learn|draw|watch|fill in|fill out|hand|upload|bring|prepare|practi[sc]e|revise"
    r"|study|send|submit|solve|try|memori[sz]e|review|make|work (?:on|through)|look (?:at|up)|translate|listen to"
    r"|have a (?:go|try) at|copy out|write up|underline|find)"
)
_PAGES = r"(?:pages?|exercises?|chapters?|worksheets?|questions?|problems?|numbers?|units?|paragraphs?)"
_REQUEST = r"(?:please|kindly|i'd like you to|i would like you to|i want you to|you (?:should|can|need to|have to|will)|you'll)"


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_LEARN = r"(?:work(?!sheet|book)|learn|look|talk|practi[sc]e|cover|study|do|start|begin|explore|tackle|discover|deal|find out|continue)\w*"
TOPIC = _any(
    rf"\b{_NOW}\b.*\b(?:{_LEARN}|topic|subject|lesson|about|is|are)\b",
    rf"\b{_LEARN}\b.*\b{_NOW}\b",
    r"\b(?:topic|subject|theme|lesson|class|session|goal|aim|focus)\b[\w\s,']{0,30}\b(?:is|today|about)\b"
    r"(?! (?:over|nearly|almost|clear|ready))",
    r"\b(?:unit|module|chapter)\b[\w\s,']{0,30}\babout\b",
)
# Early in a class these announce its topic; later only the next exercise.
EARLY_TOPIC = _any(
    r"\b(?:we are|we're|we will|we'll|let's|let us)\b.*\b(?:learn|look at|talk about|study|cover|begin with|start with|work on|move on to)\b",
)
# An intention; it names the class's topic if the sentence also has a word of the planned topics.
INTENTION = _any(r"\b(?:we're|we are|we'll|we will|i want|i'd like|(?:going|want) to)\b")
NOT_A_TOPIC = _any(
    r"\b(?:yesterday|last (?:time|week|lesson|class)|next (?:time|week|lesson|class)|how are|you (?:are|feel|look))\b",
    r"\b(?:welcome|nice to|good to|late|busy|weather|(?:here|coming|missing|with us) (?:today|this))\b(?!.*\babout\b)",
)
HOMEWORK = _any(
    r"\bhome ?work\b",
    rf"\b{_TASK} (?:\w+ ){{0,3}}at home\b",
    r"\b(?:your|one|another|a (?:little|small|last)|the next) (?:task|assignment|job)\b",
    r"\b(?:learn|know|list|words|verbs|poem|table|part)\b.*\bby heart\b|\bhand (?:it |them |this )?in\b",
    r"\b(?:to take away|take-away|as a task|your task|at home|on your own time)\b.*\b" + _TASK + r"\b",
    rf"\b(?:and|{_REQUEST})\b.{{0,12}}\b{_TASK}\b.*{_DUE}\b",
    rf"{_DUE}\b,? {_REQUEST}? ?{_TASK}\b",
    rf"^{_TASK}\b.*{_DUE}\b",
    rf"^for (?:everybody|everyone|all of you|you all|the (?:whole )?class)[:,]? (?:{_REQUEST} )?{_TASK}\b",
    r"\b(?:you|he|she) (?:still )?owes? (?:me|us)\b",
    rf"\byou (?:also|only|just|both|then) {_TASK}\b.*{_DUE}\b",
    rf"^(?:for|by|until) (?:{_WEEKDAY}|tomorrow|next (?:time|week|lesson|class))\b[^:]{{0,25}}: {_TASK}\b",
    r"\b(?:one|an|some) extra(?: (?:task|exercise|one|job))? ?[:,-]",
)
# Also said of exercises in class: homework only with a due day, or at the end of the class.
POSSIBLE_HOMEWORK = _any(
    rf"\b{_REQUEST}\b.{{0,12}}\b{_TASK}\b.*\b{_PAGES}\b",
    rf"^(?:(?:and|also|then|plus|oh)[, ]+)*{_TASK}\b.*\b{_PAGES}\b",
    rf"\b{_REQUEST}\b.{{0,12}}\b{_TASK}\b.*\b(?:once more|again|videos?|films?|recordings?|at home)\b",
    rf"^(?:(?:and|also|then|plus|oh)[, ]+)*(?:{_TASK}|play|sing|repeat)\b.*\b(?:every day|each day|daily|every (?:evening|morning))\b",
)
# Further homework, if said soon after other homework.
MORE_TASKS = _any(
    r"^(?:and|also|plus|oh and|one more thing|another thing)\b",
    r"^(?:by|until|till|before|for|due|on) ",
    rf"^[\w'-]+, (?:{_REQUEST}|you (?:also|still|must)|also)\b.{{0,15}}\b{_TASK}\b",
)
DUE = _any(rf"{_DUE}\b")
NO_HOMEWORK = _any(
    r"\b(?:no|any|without|not any) home ?work\b(?!.*\b(?:but|except|only)\b)",
    r"\b(?:last|yesterday's|previous|the) home ?work (?:was|from|you|i gave|we)\b",
    r"\b(?:check|checked|go over|went over|look at|looked at|collect|thanks? (?:you )?for|saw|correct|discuss)\b.*\bhome ?work\b",
    r"\bhome ?work\b.*\b(?:was|were|did|done|looked|came|went|got|mixed|missed|forgot|back to you)\b",
    r"\bhome ?work\b.*\b(?:yesterday|last (?:time|week|lesson|class|month|\w+day))\b",
    r"\b(?:i've|i have|i) (?:marked|read|seen|corrected|returned)\b.*\bhome ?work\b",
    r"\b(?:let's|let us|together|right now|for me now|we will|we'll)\b",
    r"\bminutes\b",
)
HOMEWORK_DETAIL = _any(
    rf"\b{_PAGES}\b",
    rf"{_DUE}\b",
    rf"^(?:and |then |also |please |only |just |you (?:can|should|need)|use |it's due|it is due|that's due|{_TASK}\b)",
)
NEXT_STEPS = _any(
    rf"\b{_NEXT_MEETING}\b.*\b(?:we|i'll|i will)\b",
    rf"\b(?:we|i)(?:'ll| will| are going to|'re going to| can)?\b.*\b{_NEXT_MEETING}\b",
    r"\b(?:in|for) (?:our|the) next (?:class|lesson|session)\b",
    r"\bin the (?:class|lesson|session|week) after\b.*\bwe\b",
    r"\b(?:we will|we'll|we are going to|we're going to) (?:continue|come back|move on|go on|pick up)\b",
    rf"\b(?:on {_WEEKDAY}|tomorrow|after that|the week after),? (?:we|i)\b(?!'ve| have| had| did| was| were)",
    rf"\bwe(?:'ll| will)\b.*\b(?:on|for|until|till) (?:{_WEEKDAY}|tomorrow|next)\b",
)
# Next steps only if said at the end of the class.
LATE_NEXT_STEPS = _any(
    rf"^(?:(?:on|and|so|then|for|next|this)[, ]+)*(?:{_WEEKDAY}|tomorrow|the (?:next|following|coming) \w+)\b(?!\W*$)",
    r"^(?:(?:and|so|then)[, ]+)*next (?:time|class|lesson|week|session)\b(?!\W*$)",
)
_TEST = r"(?:\w+[ -])?(?:test|quiz|exam|examination|assessment|dictation)"
_WHEN = (
    rf"(?:\bon (?:\w+ )?{_WEEKDAY}|\b{_WEEKDAY}|\btomorrow"
    rf"|\b(?:this|next|the following) (?:\w+ )?(?:week|time|lesson|class|session|month|{_WEEKDAY})"
    r"|\bin (?:a|one|two|three|four|\d+) (?:days?|weeks?)|\b(?:the )?\d{1,2}(?:st|nd|rd|th)\b|\bbefore the (?:holidays|break))"
)
_WE_HAVE = (
    r"(?:there(?: is| will be|'ll be|'s)|(?:we|you|i)(?:'ll| will|'re going to| are going to)?"
    r" (?:have|write|sit|take|do|get|give|set)|expect)"
)
# The announcement of a test with its day.
TEST = _any(
    rf"{_WHEN}.{{0,40}}\b{_WE_HAVE}\b.{{0,25}}\b{_TEST}\b",
    rf"\b{_WE_HAVE}\b.{{0,25}}\b{_TEST}\b.{{0,60}}{_WHEN}",
    rf"\b(?:the|our|your|a) (?:\w+ )?{_TEST}\b.{{0,25}}\b(?:is|will be|takes place|comes)\b.{{0,20}}{_WHEN}",
)
NOT_A_TEST = _any(r"\b(?:last|yesterday|was|were|wrote|had|did|results?|marks?|if)\b|\?")
# What to know about a test, said after its announcement.
TEST_DETAIL = _any(
    r"\b(?:minutes|half an hour|an hour|three quarters of an hour)\b",
    r"\b(?:allowed|permitted|forbidden|may use|can use|may bring|can bring|may have|open book|closed book)\b",
    r"^(?:and |but )?(?:no|without|with|bring|only|just) (?:\w+ ){0,2}?(?:phones?|calculators?|books?|notes?|notebooks?"
    r"|dictionar\w+|formula\w*|pens?|pencils?|rulers?|help|paper)\b",
    r"^(?:it|the test|that|this) (?:covers|is (?:about|on)|will be (?:about|on)|takes|lasts|counts|has|is \w+ minutes)\b",
    r"\b(?:on|in|for) the (?:test|quiz|exam)\b|^(?:learn|revise|study|know|review) .*\b(?:for it|for that|for the)\b",
)
# Day and time of the next meeting.
MEETING = _any(
    rf"\b(?:see you|we (?:meet|see each other|continue)|we'll (?:meet|see each other))\b.{{0,20}}(?:{_WEEKDAY}|tomorrow)"
    r".{0,20}\bat (?:half |quarter |a quarter )?"
    r"(?:\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|past|to)"
)
NOT_NEXT_STEPS = _any(r"\b(?:see you|no home ?work|last (?:time|week))\b")
ACTIVITY = _any(
    r"\b(?:let's|let us) (?:now |all |both |just |also |first )*(?!start|begin|stop|see|go\b|move|finish|wait|get|be\b|have\b|take a|say\b)\w+",
    r"\b(?:i'd like|i would like|i want|now i want)\b.*\byou to\b",
    r"\b(?:we (?:have )?(?:practi[sc]ed|worked on|learned|learnt|went (?:through|over)|covered|wrote|read|solved|did|saw|made|built))\b",
    r"^(?:now )?(?:some|a few|two|three) (?:more )?(?:\w+ )?(?:brackets|exercises|examples|questions|problems)\b",
)
KEY_POINT = _any(
    r"\b(?:remember|don't forget|the (?:\w+ )?(?:rule|trick)|the key|the first step|important|think of)\b",
)
RULE = _any(
    r"\b(?:always|never|must|have to|need to|make sure|be careful to)\b",
    r"\byou (?:can|find|add|multiply|divide|subtract|write|change|make|put|take|use)\b",
    r"\b(?:if|when|whenever|before|once) (?:you|we)\b",
    r"^(?:to|for|in|with|from|instead of)\b.{3,60}\b(?:we|you) (?!know\b|remember\b|can see\b|have to go\b)\w+",
    r"\b(?:every|all|each|both|any|no)\b.{1,40}\b(?:has|have|is|are|needs?|ends?|begins?|gets?|must)\b",
)
DEFINITION = _any(
    r"\b(?:is|are|was|were) (?:called|known as|made of)\b",
    r"\b(?:means|meaning|stands for|is when|consists? of|depends? on|is about|begins? with)\b",
    r"\b(?:there are|there's|there is) (?:a |an )?(?:two|three|four|five|several|second|third|different)\b",
    r"\b(?:because|so that|which means|that is why|so (?:they|it|the|we))\b",
    r"\b(?:first|second|third) \w+ (?:is|was|are)\b",
    r"\b(?:is|are) (?:a |an |the )?(?:[\w-]+ ){0,3}(?:of|with|that|which) \w+",
    r"^(?:a|an|the|small|large|verbs|words|all)\b.{1,40}\b(?:takes?|needs?|uses?|shares?|raises?|multipl(?:y|ies)|follows)\b",
)
QUESTION = _any(r"[?？؟][\"'”’)」』）]*\s*$")
_AUX = r"(?:is|are|was|were|do|does|did|can|could|would|will|should|has|have|happens|happened|comes|makes|makes?)"
# A tag question, which asks only for assent.
TAG_QUESTION = _any(
    r"^(?:(?:so|and|now|okay)[, ]+)*(?:let's|let us|we|you|i|it|that|this|the)\b.*, (?:ready|ok|okay|right|all right|alright|yes|shall we|isn't it|aren't they|don't we)\?$"
)
# Speech engines often leave out question marks and full stops.
UNMARKED_QUESTION = _any(
    rf"^(?:(?:so|and|now|okay|ok|well|or|but)[, ]+)*(?:[\w'-]+ ){{0,3}}?(?:what|which)(?: (?!you\b|we\b|i\b|the\b|they\b)[\w'-]+){{0,3}}? {_AUX}\b",
    rf"^(?:(?:so|and|now|okay|ok|well)[, ]+)*(?:[\w'-]+ )?(?:how|why|when|where|who)(?: (?:many|much|long|often|far|old)(?: [\w'-]+)?)? {_AUX}\b",
    r"^(?:(?:so|and|now|okay|ok|well)[, ]+)*(?:is|are|was|were|does|did|can|could|would|will) (?:the|a|an|this|that|it|there|you|we|they|[\w'-]+ (?:a|an|the))\b",
    r"^(?:(?:so|and|now|okay|ok|well)[, ]+)*(?:do (?:you|we|they|i)|any questions)\b",
)
REQUEST_TO_ANSWER = _any(
    r"(?:^|, |\bplease )(?:tell|give|show|find|name) (?:me|us)\b",
    r"(?:^|, )(?:explain|describe|name|define|spell|translate|compare)\b",
)
# Questions to students that do not check comprehension.
NOT_A_CHECK = _any(
    r"\b(?:any|more|last|your) questions\b|\banything else\b|\bquestions\?$",
    r"\b(?:can|could|do) (?:you|we|everybody|everyone)(?: \w+)? (?:still )?(?:hear|see)\b(?! (?:why|what|how))",
    r"\b(?:can|could|would) you(?: please| both| all)? (?:read|share|open|turn|mute|unmute|say that|repeat|start|send|write|come|go|type|show us your)\b",
    r"\b(?:would|do) you (?:like|mind|want|need|have|agree)\b",
    r"\bare you(?: \w+)? (?:ready|there|ok|okay|all right|with (?:us|me)|sure|finished|done|here)\b",
    r"\bhow (?:are|is|was|were) (?:you|we|it going|everybody|everyone|your|the (?:weekend|holidays?))\b",
    r"(?:^|, )(?:so |and )?(?:did|have) (?:you|everyone|everybody|everything|it)\b|\bdoes (?:everyone|everybody|that make sense|that help)\b",
    r"\bwho (?:has|have|wants|would like|is missing|would)\b",
    r"\b(?:everybody|everyone|you (?:all|both)|both of you) (?:got|have|has|ready|there|here|with)\b",
    r"\b(?:shall|should) we\b|^ready\b|\bis (?:that|it|everything|this) (?:ok|okay|clear|all right|fine)\b|^(?:okay|ok|all right|clear|right|really|yes)\?",
    r"\b(?:may|can|could) i\b|\bmake(?:s)? sense\b|\bwhat time\b|\bwhere (?:is|are) (?:everybody|everyone)\b",
)
# A hint that takes up the previous question.
HINT = _any(
    r"^(?:(?:so|and|but|now|okay)[, ]+)*(?:what|how) (?:about|else)\b|^(?:with|of|to|in|from|for) (?:which|what)\b"
)
# Asks for the reason of the previous answer, before a verdict.
PROBE = _any(
    r"^(?:(?:so|and|but|okay|hmm)[, ]+)*(?:why|how come|how do you know|how did you (?:get|find|know)|what makes you|are you sure)"
    r"(?: (?:is|do|did) (?:that|it|you))?(?: (?:think|say|know|get|find))?(?: (?:so|that|it))?\?*$",
)
PARTLY = _any(
    r"\b(?:partly|half right|almost|nearly|(?:you're|you are|that's|very|pretty|quite) close|good start|on the right track|getting (?:there|warm(?:er)?)|not far off|not bad|right idea)\b",
    r"^(?:yes|right|good|true),? but\b|(?:\bbut (?:that's|it's|that is|it is) )?\bnot (?:the whole|complete|everything)\b",
)
INCORRECT = _any(
    r"\b(?:not quite|not exactly|not really|not yet|incorrect|wrong|the opposite|other way (?:round|around)|(?:good|nice) try)\b",
    r"\b(?:try|think|look|count|read|listen|check|say|do|calculate) (?:it |that |them )?(?:once )?(?:again|once more)\b",
    r"^(?:try|check|count|clap|test|compare|measure|draw) (?:it|that|them|this|with)\b",
    r"\b(?:have|take) another (?:look|listen|go|think|try)\b|^(?:the )?other (?:one|way|side)\b",
    r"^(?:that one is|that would be|swap|actually)\b|\b(?:swap them|instead)\b|\bbut (?:it's|it is|that's|that is|actually|here)\b",
    r"^(?:hmm+|careful|be careful|wait|think about|look (?:closely|again))\b",
    r"^(?:oh |well |sorry |hmm )?(?:no|nope)\b(?! (?:problem|worries|worry|rush|wonder|doubt|need|matter|one|idea))",
    r"\bisn't it\b.*\binstead\b|\bi'm afraid\b|\bare you sure\b",
)
CORRECT = _any(
    r"\b(?:exactly|correct|well (?:done|spotted|remembered|said)|perfect|excellent|spot on|brilliant|bravo|full marks)\b",
    r"^(?:that's |that is |what a |very |really |just )*(?:super|wonderful|fantastic|amazing|terrific|marvell?ous|awesome|precisely)\b",
    r"^there(?: (?:you|we) (?:go|are))?[.!,]|\byou(?:'ve| have) got it\b|\bthat's the one\b|\b(?:much|even) better\b",
    r"^(?:it|they|he|she|that|we|you|there) (?:is|are|does|do|did|was|were|will|has|have|can|would)[.!]?$",
    r"\b(?:that's|that is|you're|you are|now it's|it's|quite|absolutely|is) right\b|\bright answer\b|\bthat's it\b|\bthere you go\b",
    r"\b(?:very good|good job|great job|good work|nice (?:one|work|job)|good answer|great answer)\b",
    r"^(?:yes|yep|yeah|right|good|great|super|lovely|beautiful|precisely|true|absolutely)\b(?! (?:question|idea|afternoon|morning|evening))",
    r", (?:yes|right|exactly|correct|well done|good)[.!]?$",
)
UNSURE = _any(
    r"\b(?:i don't know|i do not know|i'm not sure|not sure|no idea|no clue|i forgot|i can't remember|dunno)\b"
)
# About the meeting, not about the subject.
SMALL_TALK = _any(
    r"\bhome ?work\b",
    r"\b(?:hello|hi|welcome|good (?:morning|afternoon|evening)|bye|goodbye|see you|take care|thank you|thanks|sorry)\b",
    r"\b(?:your|the|nice|lovely|good) (?:weekend|holidays?|evening|week)\b|\b(?:good luck|lucky|we have all been there)\b",
    r"\b(?:microphone|camera|connection|unmute|mute (?:myself|yourself)|(?:in|into) the chat|share (?:my|your|the) screen)\b",
    r"\b(?:i am|i'm) (?:sharing|opening|putting)\b|\bi(?:'ve| have)? (?:put|sent|uploaded|written|shared)\b|\bi'll send\b",
    r"\b(?:no worries|no problem|no rush|take your time|never mind|of course you can|let's start|let us stop|that's all)\b",
    r"\b(?:you|we)(?:'ve| have)(?: got)? (?:\w+ ){0,2}minutes?\b|\bminutes left\b|\bnearly at the end\b|\b(?:in|at) the end\b.*\btask\b",
    r"\b(?:your|my) (?:uncle|aunt|dad|mum|mom|father|mother|brother|sister|grandmother|grandfather|friends?)\b",
)
# Ends what was said to one student: the instructor speaks to the class again.
TO_EVERYBODY = _any(
    r"\b(?:everybody|everyone|all of you|you all|both of you|each of you|the (?:whole |rest of the )?class|together)\b",
    r"\b(?:we|we'll|we're|we've|us|our|let's)\b|, class\b|\bfor (?:home ?work|next (?:time|week|lesson|class))\b",
    r"\b(?:todos|todas|nosotros|para casa|alle|wir|tous|nous)\b",
)
REFERS_BACK_TO_ONE = _any(r"\b(?:he|she|his|her|hers|him|them|they|it|these|those)\b")
THANKS = _any(r"\b(?:thank you|thanks|welcome|hello|hi|bye|goodbye|sorry)\b")
# Refers to an earlier sentence and says little on its own.
REFERS_BACK = _any(
    r"^(?:it|that|this|these|those|he|she|his|her|there you)\b", r"^(?:of course|not|because)\b"
)
