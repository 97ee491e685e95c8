"""``python -m web.api`` prints the OpenAPI document; ``docs/openapi.json`` is this output."""

import json

from web.api.openapi import describe
from web.api.operations import OPERATIONS

print(json.dumps(describe(OPERATIONS), ensure_ascii=False, indent=1))
