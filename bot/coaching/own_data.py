"""Telling that someone asks what is kept about them, or to be forgotten, from everything else."""

import re

_WHAT = r"(?:(?:personal\ )?(?:data|information|info)|messages|details|everything|all|anything)"
_KEEPS = r"(?:hold|have|keep|know|store|got|saved?|stored|kept)"
_ASKING = r"(?:please\ )?(?:(?:can|could|will|would)\ you\ )?(?:please\ )?"
_ASKS = re.compile(
    rf"""\W*(?:(?:hi|hello|hey|ok)\W+)?{_ASKING}(?:
        # "What do you hold about me?", "tell me what data you have on me"
        (?:(?:tell|show|send)\ me\ )?what\ (?:{_WHAT}\ )?(?:(?:do|does|have|has)\ )?
            (?:you|the\ bot|so\ what|it)\ {_KEEPS}(?:\ {_KEEPS})?\ (?:on|about)\ me
        | what\ is\ (?:kept|held|stored|known)\ (?:on|about)\ me
        # "Show me my data", "a copy of my data"
        | (?:(?:show|give|send)\ me\ )?(?:a\ copy\ of\ )?(?:all\ )?(?:of\ )?my\ (?:personal\ )?data
        # "Forget me", "delete everything you have about me"
        | (?:i\ (?:want|would\ like)\ (?:you\ )?to\ )?(?:forget|delete|erase|remove)\ (?:about\ )?(?:
            me | (?:all\ (?:of\ )?)?my\ (?:personal\ )?(?:data|information|messages|details)
            | {_WHAT}\ (?:that\ )?(?:(?:you\ )?{_KEEPS}\ )?(?:on|about)\ me )
        | (?:i\ want\ )?to\ be\ forgotten
    )(?:\ please)?\W*""",
    re.IGNORECASE | re.VERBOSE,
)
_LONGEST = 120


def asks_about_own_data(text: str) -> bool:
    """Whether a whole message asks what is kept about whoever writes it, or to have it erased."""
    return len(text) <= _LONGEST and _ASKS.fullmatch(" ".join(text.split())) is not None
