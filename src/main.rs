//! The one binary: an AWS Lambda function where the Lambda runtime calls it, else the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(feature = "live")]
    if lamplighter::settings::is_lambda() {
        return lamplighter::lambda::main();
    }
    lamplighter::cli::main()
}
