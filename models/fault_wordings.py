"""What can be wrong with the model, in words that are safe to show; each takes the exception it is about."""

from leadhand.errors import LeadhandError, ModelRejected, ModelTimeout, ModelUnavailable


def timed_out(exc: BaseException) -> LeadhandError:
    del exc
    return ModelTimeout("The model did not answer in time.")


def unreachable(exc: BaseException) -> LeadhandError:
    del exc
    return ModelUnavailable("The model endpoint cannot be reached, or the connection to it broke.")


def faulty(exc: BaseException) -> LeadhandError:
    del exc
    return ModelUnavailable("The model endpoint reports a fault of its own.")


def at_its_limit(exc: BaseException) -> LeadhandError:
    del exc
    return ModelUnavailable("The model endpoint is at its limit for now.")


def quota_used_up(exc: BaseException) -> LeadhandError:
    del exc
    return ModelRejected("The model endpoint refuses: the account's quota is used up.")


def refused_key(exc: BaseException) -> LeadhandError:
    del exc
    return ModelRejected("The model endpoint refuses the key. Check OPENAI_API_KEY.")


def not_permitted(exc: BaseException) -> LeadhandError:
    del exc
    return ModelRejected("The model endpoint does not permit this key to use the model.")


def unknown_model(exc: BaseException) -> LeadhandError:
    del exc
    return ModelRejected("The model endpoint knows no such model. Check LEADHAND_MODEL and OPENAI_BASE_URL.")


def too_much_text(exc: BaseException) -> LeadhandError:
    del exc
    return ModelRejected("The conversation is too long for the model.")


def declined(exc: BaseException) -> LeadhandError:
    del exc
    return ModelRejected("The model did not give an answer to this.")


def bad_request(exc: BaseException) -> LeadhandError:
    del exc
    return ModelRejected("The model endpoint refuses the request.")


def not_understood(exc: BaseException) -> LeadhandError:
    del exc
    return ModelRejected("The model endpoint answers in a form that is not a chat completion.")
