//! The English sentences about faults, each with its Korean in 합니다체 without a full stop at the end; holes as said in
//! [`super`]. By where they come from, so that a new one finds its place.

type Pair = (&'static str, &'static str);

/// What may stand around a sentence.
pub(super) const FRAMES: [Pair; 8] = [
    ("[0]; without any, messages go to the default", "[0]. 채널이 없으면 기본 채널로 보냅니다"),
    ("[0]; allowed: [1]", "[0]. 사용할 수 있는 값: [1]"),
    ("[0]: delete the item to let the schedule begin anew", "[0]. 항목을 삭제하면 스케줄을 처음부터 다시 시작합니다"),
    ("it [0]; it is left alone", "[0]. 이 인스턴스는 그대로 둡니다"),
    ("[0]; did you mean `{1}`?", "[0] (비슷한 이름: `{1}`)"),
    ("[0] (did you mean `{1}`?)", "[0] (비슷한 값: `{1}`)"),
    ("a name in it [0]", "목록에 잘못된 이름이 있습니다. [0]"),
    ("[0], or leave it out", "[0], 또는 속성 생략"),
];

/// What is wrong.
pub(super) const SENTENCES: [Pair; 76] = [
    // document::attributes, of any attribute
    ("is not a known attribute and has no effect", "알 수 없는 속성이며 효과가 없습니다"),
    ("is missing", "값이 없습니다"),
    ("is empty", "비어 있습니다"),
    ("is not text", "텍스트가 아닙니다"),
    ("is not text (type S)", "텍스트(S 타입)가 아닙니다"),
    ("is not true or false (type BOOL)", "true 또는 false(BOOL 타입)가 아닙니다"),
    (
        "is not true or false (type BOOL): write `{0}`",
        "true 또는 false(BOOL 타입)가 아닙니다. `{0}` 값을 입력해 주십시오",
    ),
    ("is missing: true or false (type BOOL)", "값이 없습니다. true 또는 false(BOOL 타입)를 입력해 주십시오"),
    (
        "is no whole number of minutes between <0> and <1> (type N)",
        "<0>에서 <1> 사이의 정수(N 타입, 분 단위)가 아닙니다",
    ),
    ("is no list of texts (type L or SS)", "텍스트 목록(L 또는 SS 타입)이 아닙니다"),
    ("is neither text (type S) nor a number", "텍스트(S 타입)나 숫자가 아닙니다"),
    ("is no text (type S) or list of texts", "텍스트(S 타입)나 텍스트 목록이 아닙니다"),
    ("is no list of maps (type L of M)", "맵의 목록(L 타입)이 아닙니다"),
    ("is no map (type M)", "맵(M 타입)이 아닙니다"),
    // model::name
    ("is longer than <0> characters", "<0>자보다 깁니다"),
    (
        "holds a control character (a name has up to <0> characters, none of them such)",
        "제어 문자가 들어 있습니다 (이름은 <0>자까지이며 제어 문자를 쓸 수 없습니다)",
    ),
    // document::hint, document::schedule, document::group, document::exception
    ("`{0}` is no day", "`{0}`: 요일이 아닙니다"),
    ("`{0}` is no day of the week", "`{0}`: 요일이 아닙니다"),
    ("`{0}` is no day of the month", "`{0}`: 날짜가 아닙니다"),
    ("`{0}` is no month", "`{0}`: 월이 아닙니다"),
    ("`{0}` is no name of a region", "`{0}`: 리전 이름이 아닙니다"),
    ("`{0}` is no name of a channel", "`{0}`: 채널 이름이 아닙니다"),
    ("is no time of day", "올바른 시각이 아닙니다"),
    ("is no time zone", "올바른 시간대가 아닙니다"),
    ("is no date", "올바른 날짜가 아닙니다"),
    ("is no mode", "올바른 모드가 아닙니다"),
    ("is no type of exception", "올바른 예외 종류가 아닙니다"),
    ("is no kind of instance", "올바른 인스턴스 종류가 아닙니다"),
    ("is no kind of readiness", "올바른 준비 기준이 아닙니다"),
    ("stands instead of {0}, which has no effect", "이 값이 다음 속성을 대신하므로 그 속성은 효과가 없습니다: {0}"),
    (
        "start and stop are both {0}: is that never, or always? `00:00` to `24:00` is all day",
        "시작과 중지가 모두 {0}이어서 항상 실행하려는 것인지 알 수 없습니다. 하루 종일은 `00:00`부터 `24:00`까지입니다",
    ),
    (
        "even on the next day a stop at {0} is not after a start at {1}: hours from 24 mean the next day",
        "중지 {0} 시각은 다음 날로 보아도 시작 {1} 시각보다 늦지 않습니다. 24시 이상은 다음 날을 뜻합니다",
    ),
    ("holds <0> periods", "운영 시간이 <0>개입니다"),
    ("holds <0> names", "이름이 <0>개입니다"),
    ("holds <0> channels; only <1> are told", "채널이 <0>개이며 그 가운데 <1>개에만 알립니다"),
    (
        "is true while ForceStart is true too, so neither is obeyed: set one of them back to false",
        "ForceStart 값도 true이므로 둘 다 따르지 않습니다. 둘 중 하나를 false로 되돌려 주십시오",
    ),
    // document::places
    ("`{0}` is no ARN of a role", "`{0}`: 역할의 ARN이 아닙니다"),
    (
        "`{0}` is a second role in account {1}, whose instances would be found twice",
        "`{0}`: {1} 계정의 두 번째 역할이므로 그 계정의 인스턴스를 두 번 찾게 됩니다",
    ),
    ("makes <0> places of <1> accounts and <2> regions", "계정 <1>개와 리전 <2>개로 조회할 곳이 <0>곳이 됩니다"),
    // document::order, model::group
    ("group `{0}` is there twice", "`{0}` 그룹이 두 번 있습니다"),
    (
        "group `{0}` depends on `{1}`, which is no group of the schedule",
        "`{0}` 그룹이 의존하는 `{1}` 그룹이 스케줄에 없습니다",
    ),
    ("the groups wait for one another: {0}", "그룹이 서로를 기다립니다: {0}"),
    ("the schedule has <0> groups", "스케줄의 그룹이 <0>개입니다"),
    // document::tables
    ("is a name that is used within", "내부에서 사용하는 이름입니다"),
    ("is there twice", "두 번 있습니다"),
    ("there is no schedule of this name", "이 이름의 스케줄이 없습니다"),
    (
        "is the TagValue of schedule `{0}` too: both start and stop the same instances",
        "`{0}` 스케줄의 TagValue 값과 같아, 두 스케줄이 같은 인스턴스를 시작하고 중지합니다",
    ),
    ("there are <0> more problems with items of the tables", "테이블 항목의 문제가 <0>건 더 있습니다"),
    // document::state, tick::look
    ("is not as it was written", "기록한 내용과 다릅니다"),
    ("holds `{0}`, which was never written there", "기록한 적이 없는 `{0}` 값이 들어 있습니다"),
    ("is not as it was written: it is written anew", "기록한 내용과 달라 새로 기록합니다"),
    // engine::calendar
    (
        "there are <0> `{1}` exceptions for this date: the earliest counts",
        "이 날짜에 `{1}` 예외가 <0>건 있으며, 가장 이른 시각이 적용됩니다",
    ),
    (
        "there are <0> `{1}` exceptions for this date: the latest counts",
        "이 날짜에 `{1}` 예외가 <0>건 있으며, 가장 늦은 시각이 적용됩니다",
    ),
    (
        "the stop of this date comes out at its start or before it: there is no window",
        "이 날짜의 중지가 시작과 같거나 시작보다 일러 운영 시간이 없습니다",
    ),
    // engine::notices
    (
        "could not be looked at, so what is there is left as it is, and groups elsewhere may wait for it: {0}",
        "조회하지 못하여 이곳의 인스턴스는 그대로 두며, 다른 곳의 그룹이 이를 기다릴 수 있습니다: {0}",
    ),
    (
        "could not be assumed, so what is in its account is left as it is, and groups elsewhere may wait for it: {0}",
        "역할을 맡지 못하여 그 계정에 있는 인스턴스는 지금 상태로 두며, 다른 곳의 그룹이 이를 기다릴 수 있습니다: {0}",
    ),
    ("no instance carries this value in its schedule tag", "스케줄 태그에 이 값을 가진 인스턴스가 없습니다"),
    (
        "no instance of the schedule is in this group: it counts as ready",
        "이 그룹에 속한 인스턴스가 없으므로 준비된 것으로 봅니다",
    ),
    (
        "has no server group: it starts and stops without waiting for others",
        "서버 그룹이 없으므로 다른 그룹을 기다리지 않고 시작하고 중지합니다",
    ),
    (
        "the group is for another InstanceType: it starts and stops without waiting for others",
        "그룹의 InstanceType 값이 이 인스턴스와 맞지 않으므로 다른 그룹을 기다리지 않고 시작하고 중지합니다",
    ),
    (
        "is no server group of the schedule: it starts and stops without waiting for others",
        "스케줄에 없는 서버 그룹이므로 다른 그룹을 기다리지 않고 시작하고 중지합니다",
    ),
    // model::instance, within `it …; it is left alone`
    (
        "is a member of the Auto Scaling group `{0}`, which would replace it",
        "중지하면 `{0}` Auto Scaling 그룹이 다른 인스턴스로 교체합니다",
    ),
    ("has an instance-store root volume and cannot be stopped", "루트 볼륨이 인스턴스 스토어이므로 중지할 수 없습니다"),
    (
        "is a read replica of `{0}` and cannot be stopped",
        "`{0}` 데이터베이스의 읽기 전용 복제본이므로 중지할 수 없습니다",
    ),
    ("has the read replica `{0}` and cannot be stopped", "읽기 전용 복제본 `{0}` 때문에 중지할 수 없습니다"),
    (
        "is a member of the cluster `{0}`: tag the cluster instead",
        "`{0}` 클러스터에 속해 있습니다. 대신 클러스터에 태그를 붙여 주십시오",
    ),
    (
        "is a spot instance of the fleet `{0}` and cannot be stopped",
        "`{0}` 플릿의 스팟 인스턴스이므로 중지할 수 없습니다",
    ),
    ("is a Multi-AZ DB cluster and cannot be stopped", "다중 AZ DB 클러스터이므로 중지할 수 없습니다"),
    (
        "is a DB cluster in the engine mode `{0}` and cannot be stopped",
        "엔진 모드가 `{0}`인 DB 클러스터이므로 중지할 수 없습니다",
    ),
    (
        "is part of the global database `{0}` and cannot be stopped",
        "글로벌 데이터베이스 `{0}`에 속하므로 중지할 수 없습니다",
    ),
    ("is SQL Server in Multi-AZ and cannot be stopped", "다중 AZ의 SQL Server이므로 중지할 수 없습니다"),
    // engine::order, of instances that fail
    ("it is in the state {0} and needs a person", "{0} 상태이므로 사람이 확인해야 합니다"),
    (
        "AWS accepted, but it has not started: AWS gives no reason",
        "AWS가 요청을 받았지만 시작되지 않았습니다. AWS가 알려 준 이유는 없습니다",
    ),
    ("AWS accepted, but it has not started: {0}", "AWS가 요청을 받았지만 시작되지 않았습니다: {0}"),
    (
        "AWS accepted, but it has not stopped: AWS gives no reason",
        "AWS가 요청을 받았지만 중지되지 않았습니다. AWS가 알려 준 이유는 없습니다",
    ),
    ("AWS accepted, but it has not stopped: {0}", "AWS가 요청을 받았지만 중지되지 않았습니다: {0}"),
];

/// What is allowed.
pub(super) const ALLOWED: [Pair; 26] = [
    (
        "`H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next day), or `None`",
        "`H:M` 형식의 시각(시 0~47, 분 0~59, 예: `09:30`, 24시 이상은 다음 날) 또는 `None`",
    ),
    (
        "`all`, `weekdays`, `weekends`, or a list of days and ranges such as `mon,wed,fri`, `mon-thu`, `fri-mon`",
        "`all`, `weekdays`, `weekends` 또는 요일과 범위의 목록(예: `mon,wed,fri`, `mon-thu`, `fri-mon`)",
    ),
    (
        "days and ranges such as `mon,wed`, `mon-fri`, `fri-mon`, `mon#2` (the second Monday), `friL` (the last Friday)",
        "요일과 범위(예: `mon,wed`, `mon-fri`, `fri-mon`), `mon#2`(둘째 월요일), `friL`(마지막 금요일)",
    ),
    (
        "days 1-31, ranges and steps such as `1,15`, `1-7`, `1-31/2`, `5/10`, `L` (the last day), `15W` (the weekday nearest \
         to the 15th)",
        "1~31일과 범위, 간격(예: `1,15`, `1-7`, `1-31/2`, `5/10`), `L`(말일), `15W`(15일에 가장 가까운 평일)",
    ),
    (
        "months, ranges and steps such as `jan,jul`, `jan-mar`, `nov-feb`, `1-3`, `jan/3`",
        "월과 범위, 간격(예: `jan,jul`, `jan-mar`, `nov-feb`, `1-3`, `jan/3`)",
    ),
    ("`act`, `notify` or `off`", "`act`, `notify`, `off`"),
    ("`{0}` or `{1}`", "`{0}` 또는 `{1}`"),
    (
        "`own` for the function's own account, and for each other one the ARN of a role such as `{0}`",
        "함수가 속한 계정은 `own`, 다른 계정은 역할의 ARN(예: `{0}`)",
    ),
    ("up to <0> places", "<0>곳까지"),
    ("a date `YYYY-MM-DD`", "`YYYY-MM-DD` 형식의 날짜"),
    ("an IANA name such as `Asia/Seoul`", "IANA 시간대 이름(예: `Asia/Seoul`)"),
    ("names such as `eu-west-1`", "리전 이름(예: `eu-west-1`)"),
    ("names of groups", "그룹 이름"),
    ("the name of a schedule", "스케줄 이름"),
    ("the name that its instances carry in their group tag", "인스턴스의 그룹 태그에 있는 이름"),
    ("the value of the schedule tag of its instances", "인스턴스의 스케줄 태그 값"),
    ("nothing, since no other group does without it", "없음(이 그룹이 의존할 수 있는 다른 그룹이 없음)"),
    (
        "1 to <0> of `A-Z`, `a-z`, `0-9`, `_` and `-`, such as `dev`, whose webhook is in the setting `WEBHOOK_URL_DEV`",
        "`A-Z`, `a-z`, `0-9`, `_`, `-`로 된 1~<0>자(예: `dev`, 웹훅은 `WEBHOOK_URL_DEV` 설정)",
    ),
    ("<0> to <1>", "<0>~<1>개"),
    ("at most <0>", "최대 <0>개"),
    ("up to <0>", "최대 <0>개"),
    ("`{0}`", "`{0}`"),
    // model::instance: what an instance is doing, where it is slow
    ("starting", "시작 중"),
    ("stopping", "중지 중"),
    ("running", "실행 중"),
    ("stopped", "중지됨"),
];

/// Several sentences, or several names.
pub(super) const LISTS: [Pair; 2] = [("<0> more", "외 <0>개"), ("[0], [1]", "[0], [1]")];

/// How items, places and attributes are called where that is not the name of a table or of an attribute.
pub(super) const ITEMS: [Pair; 9] = [
    ("the tables", "테이블"),
    ("the own account and region", "함수가 속한 계정과 리전"),
    ("region {0}", "리전 {0}"),
    ("role {0}, region {1}", "역할 {0}, 리전 {1}"),
    ("role {0}", "역할 {0}"),
    ("instance {0} of schedule {1}", "{1} 스케줄의 인스턴스 {0}"),
    ("ScheduleException {0} of {1}", "{1} 스케줄의 ScheduleException {0}"),
    ("ScheduleServerGroup {0}/without GroupName", "{0} 스케줄의 GroupName 없는 ScheduleServerGroup"),
    ("server group tag", "서버 그룹 태그"),
];

/// A problem on one line.
pub(super) const LINES: [Pair; 4] = [
    ("{0}: {1} = `{2}`: [3]", "{0}: {1} 값 `{2}`: [3]"),
    ("{0}: `{1}`: [2]", "{0}: `{1}`: [2]"),
    ("{0}: {1}: [2]", "{0}: {1}: [2]"),
    ("{0}: [1]", "{0}: [1]"),
];
