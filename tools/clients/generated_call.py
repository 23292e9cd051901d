"""openapi-generator's Python client: one read, and one refusal with its status."""
import os

import management

configuration = management.Configuration(
    host=os.environ['URL'] + '/management/v1', access_token=os.environ['TOKEN']
)
with management.ApiClient(configuration) as client:
    users = management.UsersApi(client)
    answer = users.management_service_get_user_by_id('gigi', x_zitadel_orgid='acme')
    assert answer.user.human.profile.first_name, answer
    try:
        users.management_service_get_user_by_id('nobody', x_zitadel_orgid='acme')
        raise SystemExit('a user that does not exist was found')
    except management.exceptions.NotFoundException as refused:
        assert refused.data.code == 5, refused
print('openapi-generator: one call')
