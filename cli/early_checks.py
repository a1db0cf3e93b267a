"""What can be wrong with settings and is seen without a database, a model or a server."""

from leadhand.prices import load_prices
from leadhand.settings import Settings
from models.choice import check_models


def check_settings(settings: Settings) -> None:
    """So that who made a mistake is told before the libraries are loaded, which takes seconds.

    Raises:
        InvalidSetting: of the models or of the prices.
    """
    check_models(settings)
    load_prices(settings.prices)
