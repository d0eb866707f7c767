"""What extortionists threaten with, as phrases in the languages we can vouch for.

Short and literal on purpose. A phrase that is found is a mention in a sentence that is quoted, for a person
to read; one that is not found means nothing. `*` stands for the rest of a word, a blank for any blanks.
English, German, French, Spanish, Portuguese, and a few words of Korean.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["PHRASES"]

PHRASES: Mapping[str, tuple[str, ...]] = {
    "publish": (
        "publish*", "leak", "leaked", "leaks", "leaking", "make public", "go public", "release your",
        "release the data",
        "release all", "release everything", "dump your", "dump the data", "post online", "everyone will see",
        "veröffentlich*", "online stellen", "publik machen",
        "publier*", "publierons", "rendre public*", "divulgu*", "fuite",
        "publicar*", "publicaré*", "filtrar*", "hacer público*", "difundir*",
        "vazar*", "vazamento", "tornar público*", "divulgar*",
        "유출", "공개",
    ),
    "sell": (
        "sell your", "sell the", "sell it", "sell them", "sell everything", "will be sold", "auction*",
        "highest bidder",
        "verkauf*", "versteiger*", "meistbietend*",
        "vendre", "vendrons", "vendues", "enchères", "vender*", "venderé*", "subast*", "leilão", "leiloar*",
        "판매",
    ),
    "competitor": (
        "competitor*", "your rival*", "konkurrent*", "mitbewerber*", "konkurrenz", "concurrent",
        "concurrents",
        "competidor*", "competencia", "concorrente*", "concorrência", "경쟁사", "경쟁업체",
    ),
    "regulator": (
        "regulator*", "data protection authorit*", "gdpr", "supervisory authority", "sec filing",
        "report you to",
        "attorney general", "datenschutzbehörde*", "aufsichtsbehörde*", "dsgvo", "cnil", "rgpd",
        "autorité de contrôle", "agencia de protección de datos", "aepd", "lgpd", "anpd",
        "autoridade de controlo",
        "규제기관", "감독기관",
    ),
    "customers": (
        "your customers", "your clients", "your users", "customer data", "client data", "tell your customers",
        "ihre kunden", "eure kunden", "kundendaten", "ihren kunden", "vos clients", "données clients",
        "sus clientes", "vuestros clientes", "datos de clientes", "seus clientes", "dados de clientes",
        "고객",
    ),
    "ddos": (
        "ddos", "denial of service", "take down your site", "take your site down", "take down your website",
        "shut down your site", "flood your", "eure website lahmlegen", "ihre website lahmlegen",
        "déni de service",
        "denegación de servicio", "negação de serviço", "디도스",
    ),
    "journalist": (
        "journalist*", "reporter", "reporters", "the press", "the media", "newspaper*", "news outlet*",
        "techcrunch",
        "presse", "zeitung*", "journaliste*", "les médias", "periodista*", "la prensa", "los medios",
        "jornalista*",
        "a imprensa", "기자", "언론",
    ),
    "physical": (
        "kill you", "kill your", "kill him", "kill her", "kill them", "will die", "going to die",
        "you are dead",
        "you're dead", "hurt you", "hurt your", "hurt him", "hurt her", "your family", "your wife",
        "your husband",
        "your kids", "your children", "your daughter", "your son", "your home address", "where you live",
        "where you sleep", "know your house", "come to your house", "come to your home", "visit your home",
        "find you", "break your", "beat you", "shoot you", "shoot your", "bomb", "acid attack",
        "burn down", "kidnap*",
        "watch your back", "physical harm", "death threat*",
        "umbringen", "töten", "tötest", "deine familie", "ihre familie", "deine kinder", "ihre kinder",
        "wo du wohnst", "wo sie wohnen", "bombe", "entführ*", "verletzen werden",
        "tuer", "tuerai", "tuerons", "votre famille", "ta famille", "vos enfants", "tes enfants",
        "où vous habitez", "où tu habites", "enlever votre", "enlever vos",
        "matar*", "mataré*", "tu familia", "su familia", "tus hijos", "sus hijos", "donde vives",
        "dónde vives",
        "donde vive", "secuestr*", "bomba", "sua família", "seus filhos", "onde você mora", "sequestr*",
        "죽이", "죽인", "죽일", "살해", "가족", "납치", "폭탄",
    ),
}  # fmt: skip
"""By kind. `physical` is wide: a false alarm costs a second reading."""
