use contract::management::Machine;
use contract::zitadel::management::v1::{
    AddMachineUserRequest, AddMachineUserResponse, UpdateMachineRequest, UpdateMachineResponse,
};

use crate::core::{Core, Loaded};
use crate::domain::Aggregate;
use crate::domain::user::{NewMachine, User};
use crate::error::Result;
use crate::gate::Caller;

impl Machine for Core {
    async fn add_machine_user(
        &self,
        caller: &Caller,
        request: AddMachineUserRequest,
    ) -> Result<AddMachineUserResponse> {
        let given = request.user_id.is_some();
        let user_id = request.user_id.unwrap_or_else(|| self.ids.next(self.clock));
        let machine = NewMachine {
            user_name: request.user_name,
            name: request.name,
            description: request.description,
            access_token_type: request.access_token_type.to_i32().into(),
            ..NewMachine::default()
        };
        let (id, machine) = (user_id.as_str(), &machine);
        let meta = self
            .commit(&caller.author, (User::STREAM, id), |mut push| async move {
                let mut user = if given { push.any::<User>(id).await? } else { Loaded::new(id) };
                let org_scoped = self.home(&mut push, caller.org()).await?.login_must_be_domain;
                let events = user.add_as_machine(NewMachine { org_scoped, ..machine.clone() })?;
                push.append(&mut user, events)?;
                Ok(push)
            })
            .await?;
        Ok(AddMachineUserResponse { user_id, details: meta.changed() })
    }

    async fn update_machine(
        &self,
        caller: &Caller,
        request: UpdateMachineRequest,
    ) -> Result<UpdateMachineResponse> {
        let token_type = request.access_token_type.to_i32().into();
        let change =
            |user: &User| user.change_machine(&request.name, &request.description, token_type);
        let meta = self.change(&caller.author, &request.user_id, change).await?;
        Ok(UpdateMachineResponse { details: meta.changed() })
    }
}
