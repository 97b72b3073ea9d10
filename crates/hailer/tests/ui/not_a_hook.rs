use hailer::Module;

struct Freeze;

fn main() {
    let _ = Module::new("Deploys").hook(Freeze);
}
