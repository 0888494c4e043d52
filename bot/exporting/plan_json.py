"""The plan as .json: the plan document of the contract, as it is."""

from bot.plan_document import PlanDocument


def plan_json(document: PlanDocument) -> bytes:
    """The document as JSON in UTF-8, its keys in the contract's order."""
    return (document.model_dump_json(indent=2) + "\n").encode()
