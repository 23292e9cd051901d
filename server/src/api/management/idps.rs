use contract::management::{GenericJwt, GenericOidc, Github, Gitlab, Google, Idps};
use contract::zitadel::idp::v1::{IDPType, IDPUserLink, Options as WireOptions};
use contract::zitadel::management::v1::{
    AddGenericOIDCProviderRequest, AddGenericOIDCProviderResponse, AddGitHubProviderRequest,
    AddGitHubProviderResponse, AddGitLabProviderRequest, AddGitLabProviderResponse,
    AddGoogleProviderRequest, AddGoogleProviderResponse, AddJWTProviderRequest,
    AddJWTProviderResponse, ListHumanLinkedIDPsRequest, ListHumanLinkedIDPsResponse,
    RemoveHumanLinkedIDPRequest, RemoveHumanLinkedIDPResponse,
};

use crate::api::list::page;
use crate::core::{Core, Meta};
use crate::domain::Aggregate;
use crate::domain::idp::{Config, IdpLinkRemoved, NewProvider, Options, ProviderKind};
use crate::domain::org::Org;
use crate::domain::user::User;
use crate::error::Result;
use crate::gate::Caller;
use crate::views::idps::{self, Linked};

impl Idps for Core {
    async fn list_human_linked_idps(
        &self,
        caller: &Caller,
        request: ListHumanLinkedIDPsRequest,
    ) -> Result<ListHumanLinkedIDPsResponse> {
        let page = page(&request.query);
        let found = idps::links(&self.db, &request.user_id, caller.org(), page).await?;
        let result = found.rows.into_iter().map(message).collect();
        Ok(ListHumanLinkedIDPsResponse { details: self.listed(found.total), result })
    }

    async fn remove_human_linked_idp(
        &self,
        caller: &Caller,
        request: RemoveHumanLinkedIDPRequest,
    ) -> Result<RemoveHumanLinkedIDPResponse> {
        let (id, idp, external) = (&request.user_id, &request.idp_id, &request.linked_user_id);
        let link = &IdpLinkRemoved { idp_config_id: idp.clone(), user_id: external.clone() };
        let meta = self
            .commit(&caller.author, (User::STREAM, id), |mut push| async move {
                let mut user = push.own::<User>(id).await?;
                let found = idps::is_linked(&self.db, id, idp, external).await?;
                let events = user.remove_idp_link(link.clone(), found)?;
                push.append(&mut user, events)?;
                Ok(push)
            })
            .await?;
        Ok(RemoveHumanLinkedIDPResponse { details: meta.changed() })
    }
}

impl GenericOidc for Core {
    async fn add_generic_oidc_provider(
        &self,
        caller: &Caller,
        request: AddGenericOIDCProviderRequest,
    ) -> Result<AddGenericOIDCProviderResponse> {
        let options = options(&request.provider_options);
        let config = Config {
            issuer: request.issuer,
            client_id: request.client_id,
            client_secret: self.key.encrypt(request.client_secret.as_bytes())?,
            scopes: request.scopes,
            id_token_mapping: request.is_id_token_mapping,
            use_pkce: request.use_pkce,
            ..Config::default()
        };
        let new = self.provider(request.name, options, config);
        let (id, meta) = self.add_provider(caller, ProviderKind::Oidc, new).await?;
        Ok(AddGenericOIDCProviderResponse { details: meta.added(), id })
    }
}

impl GenericJwt for Core {
    async fn add_jwt_provider(
        &self,
        caller: &Caller,
        request: AddJWTProviderRequest,
    ) -> Result<AddJWTProviderResponse> {
        let options = options(&request.provider_options);
        let config = Config {
            issuer: request.issuer,
            jwt_endpoint: request.jwt_endpoint,
            keys_endpoint: request.keys_endpoint,
            header_name: request.header_name,
            audience: request.audience,
            ..Config::default()
        };
        let new = self.provider(request.name, options, config);
        let (id, meta) = self.add_provider(caller, ProviderKind::Jwt, new).await?;
        Ok(AddJWTProviderResponse { details: meta.added(), id })
    }
}

/// The providers that are known by their name need a client and nothing else.
macro_rules! known_provider {
    ($noun:ident, $handler:ident, $kind:ident, $request:ident, $response:ident) => {
        impl $noun for Core {
            async fn $handler(&self, caller: &Caller, request: $request) -> Result<$response> {
                let options = options(&request.provider_options);
                let config = Config {
                    client_id: request.client_id,
                    client_secret: self.key.encrypt(request.client_secret.as_bytes())?,
                    scopes: request.scopes,
                    ..Config::default()
                };
                let new = self.provider(request.name, options, config);
                let (id, meta) = self.add_provider(caller, ProviderKind::$kind, new).await?;
                Ok($response { details: meta.added(), id })
            }
        }
    };
}

known_provider!(
    Github,
    add_git_hub_provider,
    GitHub,
    AddGitHubProviderRequest,
    AddGitHubProviderResponse
);
known_provider!(
    Gitlab,
    add_git_lab_provider,
    GitLab,
    AddGitLabProviderRequest,
    AddGitLabProviderResponse
);
known_provider!(
    Google,
    add_google_provider,
    Google,
    AddGoogleProviderRequest,
    AddGoogleProviderResponse
);

impl Core {
    fn provider(&self, name: String, options: Options, config: Config) -> NewProvider {
        NewProvider { id: self.ids.next(self.clock), name, options, config }
    }

    async fn add_provider(
        &self,
        caller: &Caller,
        kind: ProviderKind,
        new: NewProvider,
    ) -> Result<(String, Meta)> {
        let add = |org: &Org| org.add_provider(kind, new.clone());
        let meta = self.change(&caller.author, caller.org(), add).await?;
        Ok((new.id, meta))
    }
}

fn options(wire: &WireOptions) -> Options {
    Options {
        linking_allowed: wire.is_linking_allowed,
        creation_allowed: wire.is_creation_allowed,
        auto_creation: wire.is_auto_creation,
        auto_update: wire.is_auto_update,
        auto_linking: wire.auto_linking.to_i32().into(),
    }
}

/// The API has names for two kinds of providers; the others are shown without one.
fn message(link: Linked) -> IDPUserLink {
    let idp_type = match link.kind {
        ProviderKind::Oidc => IDPType::IDP_TYPE_OIDC,
        ProviderKind::Jwt => IDPType::IDP_TYPE_JWT,
        ProviderKind::Google | ProviderKind::GitHub | ProviderKind::GitLab => {
            IDPType::IDP_TYPE_UNSPECIFIED
        }
    };
    IDPUserLink {
        user_id: link.user_id,
        idp_id: link.idp_id,
        idp_name: link.idp_name,
        provided_user_id: link.external_id,
        provided_user_name: link.display_name,
        idp_type: idp_type.into(),
    }
}
