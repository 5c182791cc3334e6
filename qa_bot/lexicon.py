"""Word lists: what questions are made of, and names that mean one another.

Countries, their adjectives, capitals and seats of government are facts of geography as printed in
any atlas; the list holds those that news uses for one another ("Pyongyang" for North Korea).
"""

from __future__ import annotations

from functools import lru_cache

from qa_bot.text import term_of, terms

# Words that say nothing about what a question is after.
STOP_WORDS = frozenset(
    """
    a about above after again against all also am an and any are aren't as at be because been before
    being below between both but by can cannot can't could couldn't did didn't do does doesn't doing
    don't down during each either else ever few for from further get gets got had hadn't has hasn't
    have haven't having he her here hers herself him himself his how however i if in into is isn't it
    its itself just let's me more most much must my myself no nor not now of off on once one only or
    other ought our ours ourselves out over own quite rather same shall she should shouldn't so some
    such than that the their theirs them themselves then there these they this those though through to
    too under until up upon us very was wasn't we were weren't what when where whether which while who
    whom whose why will with won't would wouldn't yet you your yours yourself yourselves
    """.split()
)

# Words that shape a question, or address the bot, without being part of what is asked.
FILLER = frozenset(
    """
    please tell know explain describe say says said saying according article articles report reports
    reported reportedly source sources news story stories text mention mentions mentioned state states
    stated exactly currently actually really many name named names list give gives given find show
    happen happened happens happening anything something anyone someone kind sort type question answer
    agree agreed agrees compare compared differ possible approximately roughly hi hello hey thanks whats what's who's where's when's how's okay ok
    """.split()
)

# (place, adjectives and people, seats and other names that news uses for its government)
_PLACES = """
Afghanistan: Afghan Afghans: Kabul
Albania: Albanian Albanians: Tirana
Algeria: Algerian Algerians: Algiers
Argentina: Argentine Argentinian Argentines: Buenos_Aires
Armenia: Armenian Armenians: Yerevan
Australia: Australian Australians: Canberra
Austria: Austrian Austrians: Vienna
Azerbaijan: Azerbaijani Azerbaijanis: Baku
Bangladesh: Bangladeshi Bangladeshis: Dhaka
Belarus: Belarusian Belarusians: Minsk
Belgium: Belgian Belgians
Brazil: Brazilian Brazilians: Brasilia
Britain: British UK U.K. United_Kingdom Briton Britons: London Downing_Street Whitehall
Bulgaria: Bulgarian Bulgarians: Sofia
Canada: Canadian Canadians: Ottawa
Chile: Chilean Chileans
China: Chinese PRC: Beijing
Colombia: Colombian Colombians: Bogota
Croatia: Croatian Croatians: Zagreb
Cuba: Cuban Cubans: Havana
Cyprus: Cypriot Cypriots: Nicosia
Czechia: Czech Czechs Czech_Republic: Prague
Denmark: Danish Dane Danes: Copenhagen
Egypt: Egyptian Egyptians: Cairo
Estonia: Estonian Estonians: Tallinn
Ethiopia: Ethiopian Ethiopians: Addis_Ababa
European_Union: EU E.U.: Brussels
Finland: Finnish Finn Finns: Helsinki
France: French Frenchman: Paris
Georgia: Georgian Georgians: Tbilisi
Germany: German Germans: Berlin
Greece: Greek Greeks: Athens
Hungary: Hungarian Hungarians: Budapest
India: Indian Indians: New_Delhi
Indonesia: Indonesian Indonesians: Jakarta
Iran: Iranian Iranians: Tehran
Iraq: Iraqi Iraqis: Baghdad
Ireland: Irish: Dublin
Israel: Israeli Israelis: Jerusalem
Italy: Italian Italians: Rome
Japan: Japanese: Tokyo
Jordan: Jordanian Jordanians: Amman
Kazakhstan: Kazakh Kazakhs: Astana
Kenya: Kenyan Kenyans: Nairobi
Latvia: Latvian Latvians: Riga
Lebanon: Lebanese: Beirut
Libya: Libyan Libyans: Tripoli
Lithuania: Lithuanian Lithuanians: Vilnius
Malaysia: Malaysian Malaysians: Kuala_Lumpur
Mexico: Mexican Mexicans
Moldova: Moldovan Moldovans: Chisinau
Mongolia: Mongolian Mongolians: Ulaanbaatar
Morocco: Moroccan Moroccans: Rabat
Myanmar: Burmese Burma: Naypyidaw
Netherlands: Dutch Holland: The_Hague
New_Zealand: New_Zealander: Wellington
Nigeria: Nigerian Nigerians: Abuja
North_Korea: North_Korean North_Koreans DPRK: Pyongyang
Norway: Norwegian Norwegians: Oslo
Pakistan: Pakistani Pakistanis: Islamabad
Palestine: Palestinian Palestinians
Peru: Peruvian Peruvians: Lima
Philippines: Philippine Filipino Filipinos: Manila
Poland: Polish Pole Poles: Warsaw
Portugal: Portuguese: Lisbon
Qatar: Qatari Qataris: Doha
Romania: Romanian Romanians: Bucharest
Russia: Russian Russians: Moscow Kremlin
Saudi_Arabia: Saudi Saudis: Riyadh
Serbia: Serbian Serb Serbs: Belgrade
Slovakia: Slovak Slovaks: Bratislava
Slovenia: Slovenian Slovene Slovenes: Ljubljana
South_Africa: South_African South_Africans: Pretoria
South_Korea: South_Korean South_Koreans: Seoul
Spain: Spanish Spaniard Spaniards: Madrid
Sudan: Sudanese: Khartoum
Sweden: Swedish Swede Swedes: Stockholm
Switzerland: Swiss: Bern
Syria: Syrian Syrians: Damascus
Taiwan: Taiwanese: Taipei
Thailand: Thai Thais: Bangkok
Tunisia: Tunisian Tunisians: Tunis
Turkey: Turkish Turk Turks Turkiye: Ankara
Ukraine: Ukrainian Ukrainians: Kyiv Kiev
United_States: US U.S. USA America American Americans: Washington White_House
Venezuela: Venezuelan Venezuelans: Caracas
Vietnam: Vietnamese: Hanoi
Yemen: Yemeni Yemenis: Sanaa
Zimbabwe: Zimbabwean Zimbabweans: Harare
"""

# Short forms and what they stand for, as news agencies' style books spell them out.
_SHORT_FORMS = """
NATO: North_Atlantic_Treaty_Organization Atlantic_alliance
UN: United_Nations U.N.
UAV: drone UAVs drones unmanned
ICBM: intercontinental_ballistic_missile
PM: prime_minister
MI6: Secret_Intelligence_Service SIS
CIA: Central_Intelligence_Agency
NIS: National_Intelligence_Service
GOP: Republican_Party
WHO: World_Health_Organization
IMF: International_Monetary_Fund
IAEA: International_Atomic_Energy_Agency
"""

Phrase = tuple[str, ...]


@lru_cache(maxsize=1)
def places() -> dict[Phrase, Phrase]:
    """Every name of a place, adjective or seat as index terms, to the terms of the place's name."""
    table = {}
    for line in _PLACES.strip().splitlines():
        name, *others = line.split(":")
        key = _phrase(name)
        for word in [name, *(word for group in others for word in group.split())]:
            table[_phrase(word)] = key
    return table


@lru_cache(maxsize=1)
def place_names() -> dict[Phrase, tuple[Phrase, ...]]:
    """A place's name to every phrase that news uses for it, itself among them."""
    table: dict[Phrase, list[Phrase]] = {}
    for phrase, name in places().items():
        table.setdefault(name, []).append(phrase)
    return {name: tuple(phrases) for name, phrases in table.items()}


@lru_cache(maxsize=1)
def adjectives() -> dict[Phrase, str]:
    """A place's name to its adjective as it is written: "French", "South Korean"."""
    table = {}
    for line in _PLACES.strip().splitlines():
        name, others, *_ = line.split(":")
        table[_phrase(name)] = others.split()[0].replace("_", " ")
    return table


@lru_cache(maxsize=1)
def countries() -> dict[str, tuple[str, bool]]:
    """Words for a country as they are written, to its name and whether they can stand for it alone.

    "Norway", "Oslo" and "the UK" do; "Norwegian" and "Norwegians" do not.
    """
    table = {}
    for line in _PLACES.strip().splitlines():
        groups = [group.split() for group in line.split(":")]
        name = groups[0][0].replace("_", " ")
        if name == "European Union":
            continue
        for own, word in ((at != 1, word) for at, group in enumerate(groups) for word in group):
            written = word.replace("_", " ")
            table[written] = (name, own or written in _OTHER_NAMES)
    return table


_IRREGULAR_VERBS = """
be:been say:said tell:told give:gave,given take:took,taken go:went,gone meet:met hold:held make:made find:found
know:knew,known come:came see:saw,seen get:got,gotten lead:led leave:left send:sent spend:spent build:built lose:lost
win:won pay:paid buy:bought sell:sold bring:brought think:thought fight:fought catch:caught teach:taught keep:kept
feel:felt fall:fell,fallen rise:rose,risen begin:began,begun break:broke,broken choose:chose,chosen drive:drove,driven
eat:ate,eaten fly:flew,flown forget:forgot,forgotten freeze:froze,frozen grow:grew,grown hide:hid,hidden ride:rode,ridden
ring:rang,rung run:ran shake:shook,shaken shoot:shot show:shown sing:sang,sung sink:sank,sunk sit:sat sleep:slept
speak:spoke,spoken stand:stood steal:stole,stolen strike:struck,stricken swear:swore,sworn swim:swam,swum tear:tore,torn
throw:threw,thrown wake:woke,woken wear:wore,worn write:wrote,written draw:drew,drawn blow:blew,blown flee:fled
seek:sought deal:dealt dig:dug feed:fed mean:meant light:lit hear:heard sue:sued bear:bore,borne bend:bent bind:bound
forbid:forbade,forbidden withdraw:withdrew,withdrawn undergo:underwent,undergone overcome:overcame become:became
understand:understood shrink:shrank,shrunk spring:sprang,sprung lend:lent arise:arose,arisen lay:laid lie:lain die:dead
sweep:swept swing:swung hang:hung slide:slid spin:spun breed:bred bleed:bled speed:sped leap:leapt burn:burnt withstand:withstood
uphold:upheld withhold:withheld oversee:oversaw,overseen overthrow:overthrew,overthrown overtake:overtook,overtaken
undertake:undertook,undertaken foresee:foresaw,foreseen mislead:misled rebuild:rebuilt drink:drank,drunk bite:bit,bitten
beat:beaten forgive:forgave,forgiven outgrow:outgrew,outgrown stick:stuck shine:shone
"""
# Forms that are another word as well, or of another verb: "founded", "left-wing", "bound for".
_OTHER_WORDS = frozenset(
    "found left bound bore borne born saw lay laid lie lain lit dead felt fell rose".split()
)


def _other_terms() -> frozenset[str]:
    return frozenset(map(term_of, _OTHER_WORDS))


# Of the words beside a place's name, those that are names of it as well.
_OTHER_NAMES = frozenset(
    word.replace("_", " ")
    for word in "UK U.K. United_Kingdom PRC Czech_Republic Holland Burma DPRK Turkiye US U.S. USA America".split()
)


@lru_cache(maxsize=1)
def seats() -> frozenset[Phrase]:
    """Phrases that name a city or building first, and a government only by extension."""
    return frozenset(
        _phrase(word)
        for line in _PLACES.strip().splitlines()
        for word in [*line.split(":"), "", ""][2].split()
    )


@lru_cache(maxsize=1)
def short_forms() -> dict[Phrase, tuple[Phrase, ...]]:
    """A short form or what it stands for, to its other forms."""
    table: dict[Phrase, tuple[Phrase, ...]] = {}
    for line in _SHORT_FORMS.strip().splitlines():
        name, others = line.split(":")
        group = [_phrase(word) for word in [name, *others.split()]]
        for phrase in group:
            table[phrase] = tuple(other for other in group if other != phrase)
    return table


@lru_cache(maxsize=1)
def irregular_verbs() -> dict[str, str]:
    """Forms of irregular verbs as they are written, each with its base form; no stemmer joins them."""
    return {
        form: base
        for base, _, forms in (entry.partition(":") for entry in _IRREGULAR_VERBS.split())
        for form in forms.split(",")
    }


@lru_cache(maxsize=1)
def _base_terms() -> dict[str, str]:
    return {term_of(form): term_of(base) for form, base in irregular_verbs().items()}


def base_form(term: str) -> str:
    """The term of a verb's base form: "say" for "said"."""
    return _base_terms().get(term, term)


@lru_cache(maxsize=1)
def _families() -> dict[str, frozenset[str]]:
    families: dict[str, set[str]] = {}
    for form, base in irregular_verbs().items():
        families.setdefault(base, {term_of(base)}).update({term_of(form)} - _other_terms())
    found = {base: frozenset(family) for base, family in families.items()}
    return found | {form: found[base] for form, base in irregular_verbs().items() if form not in _OTHER_WORDS}


@lru_cache(maxsize=1)
def _present_forms() -> dict[str, str]:
    """The regular forms of irregular verbs, "sinks" and "sinking", each with its base form."""
    found: dict[str, str] = {}
    for base in set(irregular_verbs().values()):
        stem = base.removesuffix("e")
        forms = {f"{base}s", f"{base}es", f"{base}ing", f"{stem}ing", f"{base}{base[-1]}ing"}
        if base.endswith("ie"):
            forms.add(f"{base[:-2]}ying")
        if base.endswith("y"):
            forms.add(f"{base[:-1]}ies")
        found |= dict.fromkeys(forms, base)
    return found


def verb_forms(word: str) -> frozenset[str]:
    """The terms of an irregular verb's forms, of whichever one: "sink", "sank", "sunk"; none of other words."""
    word, families = word.casefold(), _families()
    return families.get(_present_forms().get(word, word), frozenset())


@lru_cache(maxsize=1)
def stop_terms() -> frozenset[str]:
    """STOP_WORDS as index terms."""
    return frozenset(map(term_of, STOP_WORDS))


@lru_cache(maxsize=1)
def filler_terms() -> frozenset[str]:
    """FILLER as index terms."""
    return frozenset(map(term_of, FILLER))


def _phrase(text: str) -> Phrase:
    return tuple(terms(text.strip().replace("_", " ")))
