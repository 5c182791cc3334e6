"""The words by which newspapers say who says something, and those that look like it."""

from __future__ import annotations

from qa_bot.dates import WEEKDAYS

# Their subject is a source whatever it is.
SAY = frozenset("said says say told tells stated".split())
# Their subject is a source, unless they are ...
REPORT = frozenset(
    """
    accused accuses acknowledged acknowledges admits admitted allege alleged alleges announced announces
    argue argued argues asserted asserts believe believed believes claim claimed claims conceded
    concedes confirmed confirms contended contends declared declares denied denies deny disclosed
    emphasised emphasized estimate estimated estimates explained explains insist insisted insists
    maintains noted notes pointed predict predicted predicts recalled reckoned reckons reported reports
    revealed reveals stressed stresses suggested suggests testified warn warned warns
    """.split()
)
# These are speech only beside a quotation, before "that" or at a clause's end: "added 200 jobs".
BESIDE_QUOTE = frozenset(
    """
    added adds agreed agrees asked asks called calls commented complained concluded continued continues
    cried described exclaimed guessed joked lamented laughed mused observed pleaded pledged posted posts
    promised quipped recalled remarked repeated replied replies responded responds shouted texted
    tweeted urged vowed wondered writes wrote
    """.split()
)
SHOW = frozenset(
    "found finds shows showed show suggest suggests suggested concluded indicate indicates indicated".split()
)
BASE = frozenset(
    "say claim estimate report believe warn deny allege argue insist predict show suggest indicate".split()
)
# ... these, which need one that can speak: "the attack confirmed fears" names no source.
ALSO_OF_THINGS = frozenset(
    """
    announced announces claim claimed claims confirmed confirms declared declares disclosed emphasised
    emphasized explained explains maintains predicted predicts recalled reported reports revealed
    reveals stresses suggested suggests testified
    """.split()
)
PRESENT_NOUNS = frozenset("claims reports estimates notes posts calls asks stresses".split())
# Speech only with a figure: "counted 400 boats", "put the loss at 400 boats".
FIGURES = frozenset("counted put puts tallied".split())
SPEECH = SAY | REPORT | BESIDE_QUOTE | SHOW | FIGURES | {"quoted", "cited"}

DOCUMENTS = frozenset(
    """
    account affidavit analysis announcement article assessment audio bulletin complaint data dispatch
    document documents email emails estimate estimates figures filing filings findings footage
    indictment investigation lawsuit letter memo message notice op-ed paper poll polls post press probe
    projection projections reading recording records release report reports research review statement
    statements statistics studies study survey surveys testimony transcript tweet video website
    """.split()
)
ROLES = frozenset(
    """
    activist actor actress administrator adviser advisor advocate agent aide ambassador analyst attorney
    author banker boss broadcaster candidate captain cardinal ceo cfo chair chairman chairwoman
    chancellor chief co-author co-founder coach colonel columnist comedian commander commenter
    commissioner congressman congresswoman consultant coo coordinator correspondent councillor counsel
    counselor creator critic curator defendant democrat deputy designer diplomat director diver doctor
    driver economist editor envoy epidemiologist executive expert farmer father fellow firefighter
    fisherman founder friend general geologist governor head historian husband inspector instructor
    investigator journalist judge justice king lawmaker lawyer leader lecturer lieutenant-general
    lobbyist major man manager mathematician mayor member meteorologist minister mother musician native
    negotiator neighbor neighbour nurse officer official operator organiser organizer owner parent
    partner passenger pastor person physician pilot planner player politician pollster pope premier
    president priest prince princess principal producer professor prosecutor protester queen rapper
    rebel reporter representative republican rescuer researcher resident sailor scholar scientist
    secretary secretary-general seismologist senator sergeant sheriff singer soldier son source
    specialist spokesman spokesperson spokeswoman student superintendent supervisor survivor teacher
    teenager trader treasurer undersecretary user veteran victim villager virologist volunteer voter
    wife witness woman worker writer
    """.split()
)
GROUPS = frozenset(
    """
    administration agency airline airlines airport alliance army assembly association authorities
    authority bank bishops board body bureau cabinet center centre charity city club commission
    committee company congress consortium consulate council county court crew department developer
    directorate embassy emirate factory family federation firm force forces foundation government group
    groups hospital house inquiry institute institution intelligence junta league magazine maker
    manufacturer media military militia ministry mission monitor nation navy network newspaper ngo
    observatory office operator organisation organisations organization organizations outlet panel
    parliament party people platform police port prosecution prosecutors province publication publisher
    regiment regulator residents retailer school senate service services shipyard society staff state
    station team throne town treasury tribunal union university village watchdog website west white
    """.split()
)
WORDS_FOR_SOURCES = ROLES | GROUPS | DOCUMENTS
# Further people, bodies and papers that can say something, by words that say less of who it is.
SPEAKERS = WORDS_FOR_SOURCES | frozenset(
    """
    academy accountant accuser admiral adult ally anchor apprentice archbishop architect archive
    archivist artist astronaut auditor aunt author baker bar barber blogger bodyguard book boy breeder
    brigade brigadier broker brother builder butcher buyer bystander cadet campaign campaigner caption
    captive carpenter chamber champion chaplain chef chemist child children cleaner clerk clinic
    co-operative coalition colleague command commentator commuter composer conductor conglomerate
    conscript consumer contract contractor cooperative corporal corps cosmonaut couple cousin creditor
    critic customer cyclist dancer dealer dean debtor decree defector defender delegate dentist
    detective dissident division doctors elder electrician emir emperor employee employer engineer
    evacuee exchange exile exporter eyewitness faction fan fiance fighter foreman fund girl goalkeeper
    graduate granddaughter grandfather grandmother grandson grower guard guest guide gunner guy hacker
    harbourmaster headmaster headquarters headteacher helper host hostage hotel imam immigrant importer
    individual informant inmate insider insurer insurgent interpreter investigator investor judgement
    judgment jury keeper lab laboratory landlord law legislator lender lieutenant lobby marine marshal
    master mate mechanic mediator midfielder midwife migrant militant miner monarch monk motorist
    movement mp museum nephew niece novelist nun observer ombudsman ombudsperson onlooker opponent
    opposition order organizer others paediatrician painter pair paramedic parents patient peacekeeper
    pedestrian pediatrician pensioner pharmacist philosopher photographer physicist plaintiff playwright
    plumber poet policy presenter presidency prisoner programmer provost psychiatrist pupil rabbi ranger
    recruit rector referee refugee regime registry relative retiree rival ruling runner sculptor
    secretariat seller shareholder shopkeeper sign sister skipper sniper spy squad squadron start-up
    startup statistician statute stepfather stepmother striker subsidiary sultan supplier supporter
    surgeon suspect taliban tank team technician tenant therapist tourist trainee translator traveler
    traveller trucker trust trustee uncle unit utility verdict vet veterinarian vicar waiter warden
    whistleblower widow widower winner youth
    """.split()
)
PLURAL_GROUPS = frozenset(
    """
    authorities forces groups media men people police prosecutors residents staff women
    """.split()
)
WOMEN = frozenset(
    """
    chairwoman congresswoman daughter miss mother mrs ms princess queen sister spokeswoman wife woman
    """.split()
)
MEN = frozenset(
    """
    brother chairman congressman father husband king man mr pope prince sir son spokesman
    """.split()
)
MEDIA = frozenset(
    """
    afp agencies agency ap axios bbc bloomberg broadcaster channel cnbc cnn daily fox gazette guardian
    herald interfax journal magazine mail media msnbc nbc news newspaper newspapers npr outlet outlets
    paper politico post press publication reuters ria site station sun tass telegraph television times
    tribune tv website yonhap
    """.split()
)

DETERMINERS = frozenset(
    """
    a an another any both each every few five four her his its many most my no one our seven several six
    some ten the their these this those three two various
    """.split()
)
SUBJECTS_UNKNOWN = frozenset(
    """
    all another anybody anyone anything both each either everybody everyone everything few having here i
    many me more most much neither nobody none nothing one ones other others several so some somebody
    someone something such that there these this those us we what which who whoever whom you
    """.split()
)
PRONOUNS = frozenset("he she they it him her them".split())
AUXILIARIES = frozenset("has have had also both all each himself herself itself themselves".split())
PASSIVE = frozenset("am is are was were be been being get gets got".split())
VERBS = PASSIVE | frozenset(
    """
    aren't can cannot could did didn't do does doesn't don't had has hasn't have haven't isn't may might
    must not shall should to wasn't weren't will won't would wouldn't
    """.split()
)
NOT = frozenset(
    """
    can cannot could couldn't did didn't do does doesn't don't hadn't hardly hasn't haven't let lets may
    might must n't neither never nor not shall should to won't would wouldn't
    """.split()
)
ADVERBS = frozenset(
    """
    additionally again already also earlier finally first further furthermore however initially instead
    later meanwhile moreover nevertheless nonetheless now once overnight previously recently reportedly
    separately similarly simply since still then therefore thus today tonight too twice ultimately
    yesterday
    """.split()
)
NO_ADVERBS = frozenset(
    "ally anomaly assembly bully daily elderly family monopoly monthly rally weekly".split()
)
TIMES = frozenset([*WEEKDAYS, "today", "yesterday", "tonight", "tomorrow", "overnight"])
SUBORDINATE = frozenset(
    """
    after although as because before despite even how if like once since than that though unless until
    what whatever when whenever where whereas whether which while who whom whose why
    """.split()
)
COORDINATE = frozenset("and but or yet so nor plus".split())
PREPOSITIONS = frozenset(
    """
    about above across against along alongside amid among around at behind beside between beyond by
    close despite during familiar following for from in inside into near of off on onto out outside over
    past through throughout to toward towards under upon via with within without
    """.split()
)
# What a source's name does not go on over.
PHRASE_ENDS = (
    VERBS
    | SUBORDINATE
    | (ADVERBS - {"first"})
    | frozenset(
        """
    about according adding against amid announcing arguing around asking based but calling citing
    concerning describing during following he her him i it me noting on or over referring regarding
    saying she so speaking them then they through under upon us using via we without writing yet you
    """.split()
    )
)
# Where or how something is said: "in a statement", "at a briefing".
OCCASIONS = frozenset(
    """
    address affidavit announcement appearance blog brief briefing call comment comments complaint
    conference conversation court debate e-mail email english event facebook filing forum hearing house
    instagram interview letter meeting message news note notice paper phone post press rally release
    remarks report russian series social speech statement statements studio telegram telephone televised
    testimony text thread transcript tweet twitter video visit voicemail weibo writing written
    """.split()
)
NOT_DEGREES = frozenset(
    "plan plans schedule whether which what where how size age taste script custom".split()
)
HONORIFICS = frozenset(
    """
    adm capt cmdr col dame dr gen gov hon lady lord lt maj miss mr mrs ms mx pres prof rep rev sen sgt
    sir
    """.split()
)
