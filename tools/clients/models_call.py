"""datamodel-code-generator: the request and the answer as pydantic models."""
import os
import urllib.request

import models

request = models.ManagementServiceUpdateHumanPhoneBody(phone='+41 79 765 43 21', isPhoneVerified=True)
call = urllib.request.Request(
    os.environ['URL'] + '/management/v1/users/gigi/phone',
    method='PUT',
    data=request.model_dump_json().encode(),
    headers={'Authorization': 'Bearer ' + os.environ['TOKEN'], 'x-zitadel-orgid': 'acme'},
)
with urllib.request.urlopen(call) as answer:
    answer = models.V1UpdateHumanPhoneResponse.model_validate_json(answer.read())
assert answer.details.resourceOwner == 'acme', answer
print('datamodel-code-generator: one call')
