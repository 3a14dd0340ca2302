"""Of limits: what happened, and what account managers can do."""

from hooks.reasons.advice import Advice

ADVICE = {
    "closed": Advice(
        "The tenant is closed at this time.",
        "See the opening hours and holidays on the tenant's page.",
    ),
    "destination_country": Advice(
        "The callee's number is in a country that is not opened.",
        "Add the country to the tenant's destinations, or to this callee's alone.",
    ),
    "destination_type": Advice(
        "The callee's number is of a type that is not opened, such as premium rate or satellite.",
        "Open the type for this callee alone if the number is meant.",
    ),
    "destination_invalid": Advice(
        "The callee's number is no valid number of any numbering plan.",
        "Correct the number. Set the tenant's country if it is written without a country code.",
    ),
    "rate_missing": Advice(
        "Money is limited, and there is no rate for the callee's number.",
        "Import the rates of the SIP provider with a prefix that covers the number, or lift the "
        "money limits.",
    ),
    "internal_rate_missing": Advice(
        "Money is limited, and the SIP account says no price for extensions and SIP URIs.",
        "Set the account's internal rate: 0.00 if such calls cost nothing.",
    ),
    "rate_currency": Advice(
        "The rate of the callee's number is in another currency than the tenant's, or was looked "
        "up for another number.",
        "Import the rates in the tenant's currency, and save the callee again.",
    ),
    "price_ceiling": Advice(
        "The callee's price a minute is above the ceiling.",
        "Raise the price per minute if the number is meant.",
    ),
    "worker_away": Advice(
        "No worker runs that would end the call in time.",
        "Tell the operator: start manage.py worker, or see its log.",
    ),
    "limit_unreadable": Advice(
        "A limit could not be evaluated.",
        "The detail says which. Save the tenant's limits again.",
    ),
    "call_seconds": Advice(
        "The call lasted as long as a call may.",
        "Raise the longest call if such talks are wanted.",
    ),
    "concurrent_calls": Advice(
        "As many calls live as are allowed at once.",
        "The detail says whose limit it is. Wait until one ends, or raise the limit.",
    ),
    "calls_per_second": Advice(
        "The calls of this second are used up.",
        "Call again a moment later. The detail says whose limit it is.",
    ),
    "calls_per_minute": Advice(
        "The calls of this minute are used up.",
        "Call again a minute later. The detail says whose limit it is.",
    ),
    "calls_per_hour": Advice(
        "The calls of the last hour are used up.",
        "The detail says whose limit it is. Raise it if these calls were wanted.",
    ),
    "calls_per_day": Advice(
        "The calls of the last 24 hours are used up.",
        "The detail says whose limit it is. Raise it if these calls were wanted.",
    ),
    "minutes_per_day": Advice(
        "The minutes of this day are used up or reserved.",
        "The detail says whose limit it is. They begin anew at midnight in the tenant's time zone.",
    ),
    "minutes_per_month": Advice(
        "The minutes of this month are used up or reserved.",
        "The detail says whose limit it is. They begin anew with the month.",
    ),
    "money_per_day": Advice(
        "The money of this day is spent or reserved.",
        "The detail says whose limit it is. It begins anew at midnight in the tenant's time zone.",
    ),
    "money_per_month": Advice(
        "The money of this month is spent or reserved.",
        "The detail says whose limit it is. It begins anew with the month.",
    ),
    "visitor_ten_minutes": Advice(
        "The visitor called as often as one may in 10 minutes.",
        "Nothing to do, unless many people share one address: raise the visitor's limits then.",
    ),
    "visitor_hour": Advice(
        "The visitor called as often as one may in an hour.",
        "Nothing to do, unless many people share one address: raise the visitor's limits then.",
    ),
    "visitor_day": Advice(
        "The visitor called as often as one may in a day.",
        "Nothing to do, unless many people share one address: raise the visitor's limits then.",
    ),
    "visitor_callees": Advice(
        "The visitor called as many different callees as one may in an hour.",
        "Nothing to do, unless the page lets people choose among many callees.",
    ),
    "switched_off": Advice(
        "This is switched off by the kill switch.",
        "The detail says what. Allow calls again under Switches when the danger is over.",
    ),
    "ringing_busy": Advice(
        "As many calls ring at the callee as may ring at once.",
        "Raise the callee's ringing capacity if more people answer there, or give the callee a "
        "fallback.",
    ),
    "cooling_down": Advice(
        "Many short or abandoned calls closed the callee for a while.",
        "Look at the callee's last calls: block the visitor if one person made them. The callee "
        "opens again after its cool-down.",
    ),
}
