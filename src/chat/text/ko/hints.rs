//! What a person can do about a failure, in Korean.

use crate::chat::text::advice::{Advice, permissions};
use crate::model::{Action, InstanceKind};

/// What can be done about it.
pub(super) fn hint(advice: Advice, action: Action, kinds: &[InstanceKind]) -> String {
    let text = match advice {
        Advice::NoRoom => {
            "AWS의 이 가용 영역에는 현재 해당 유형의 여유 용량이 없습니다. 계속되면 유형이나 가용 영역을 변경해 주십시오."
        }
        Advice::Quota => {
            "계정의 할당량을 모두 사용했습니다. Service Quotas에서 할당량을 늘리거나 다른 인스턴스를 중지해 주십시오."
        }
        Advice::Permission => {
            return format!(
                "스케줄 태그가 있는 리소스에 대해 스케줄러의 역할에 다음 권한을 허용해 주십시오: {}. 암호화된 볼륨이 있는 \
                 인스턴스에는 해당 KMS 키의 사용 권한도 필요합니다.",
                permissions(action, kinds).join(", ")
            );
        }
        Advice::Credentials => {
            "AWS가 스케줄러의 자격 증명을 받아들이지 않습니다. 역할과 리전 활성화 여부를 확인해 주십시오."
        }
        Advice::Protected => {
            "스케줄에 따라 중지해야 하면 중지 방지 기능을 끄고, 그렇지 않으면 스케줄 태그를 제거해 주십시오."
        }
        Advice::Unsupported => match action {
            Action::Start => "AWS에서 이 종류의 인스턴스는 시작할 수 없습니다. 스케줄 태그를 제거해 주십시오.",
            Action::Stop => "AWS에서 이 종류의 인스턴스는 중지할 수 없습니다. 스케줄 태그를 제거해 주십시오.",
        },
        Advice::WrongState => {
            "AWS에서 다른 작업이 진행 중이라면 조치할 것이 없습니다. 계속되면 AWS 콘솔에서 상태를 확인해 주십시오."
        }
        Advice::Gone => "의도적으로 삭제했다면 조치할 것이 없습니다.",
        Advice::Throttled => {
            "조치할 것이 없습니다. 호출 속도를 늦추어 계속합니다. 계속되면 계정 안에서 AWS를 지나치게 자주 호출하는 다른 \
             프로그램이 있는지 확인해 주십시오."
        }
        Advice::NoAnswer => {
            "AWS의 일시적인 장애라면 조치할 것이 없습니다. 계속되면 함수의 네트워크 설정을 확인해 주십시오."
        }
        Advice::Key => "KMS 키를 사용할 수 없습니다. 키를 활성화하고 스케줄러의 역할에 키 사용 권한을 허용해 주십시오.",
        Advice::DidNotStart => {
            "이유는 위의 AWS 응답에 있습니다. `Client.InternalError` 오류는 대개 스케줄러의 역할에 KMS 키 사용 권한이 없을 때 \
             발생합니다."
        }
        Advice::DidNotStop => "AWS 콘솔에서 확인해 주십시오. 운영 체제가 응답하지 않을 수 있습니다.",
        Advice::StorageFull => "AWS 콘솔에서 데이터베이스의 스토리지를 늘려 주십시오.",
        Advice::Unknown => "AWS 콘솔에서 확인해 주십시오. 스케줄에서 제외하려면 스케줄 태그를 제거해 주십시오.",
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hint_is_korean_and_polite() {
        let kinds = [InstanceKind::Ec2, InstanceKind::RdsCluster];
        for advice in Advice::ALL {
            for action in [Action::Start, Action::Stop] {
                let hint = hint(advice, action, &kinds);
                assert!(hint.ends_with("십시오.") || hint.ends_with("니다."), "{hint}");
            }
        }
        let denied = hint(Advice::Permission, Action::Stop, &kinds);
        assert!(denied.contains("`ec2:StopInstances`, `rds:StopDBCluster`"), "{denied}");
    }
}
